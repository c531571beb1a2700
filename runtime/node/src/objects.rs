//! Objects with names, as a directory has them now and S3 can later: the one door to `object_store`.
//!
//! # Guarantees
//!
//! - An object is whole and durable when the call that wrote it returns, or is not there.
//! - Of all who create one name, exactly one does. That is the only lock there is: `PutMode::Create`, which
//!   directories and S3 both have; directories have no compare-and-swap.

use abi::fault::Fault;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode, PutOptions};
use std::sync::Arc;
use tokio::runtime::{Builder, Runtime};

/// A place for objects.
pub(crate) struct Objects {
    store: Arc<dyn ObjectStore>,
    /// What waits for the answers: the interface is asynchronous, and nobody here is.
    runtime: Runtime,
}

/// The names under a folder.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) objects: Vec<String>,
    pub(crate) folders: Vec<String>,
}

impl Objects {
    /// Objects as files of a directory, which must be there.
    pub(crate) fn in_directory(path: &std::path::Path) -> Result<Objects, Fault> {
        let doing = || format!("open {}", path.display());
        let store = LocalFileSystem::new_with_prefix(path).map_err(|e| Fault::io(doing(), e))?;
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|e| Fault::io(doing(), e))?;
        Ok(Objects { store: Arc::new(store.with_fsync(true)), runtime })
    }

    /// Writes an object of a new name; whether it did, or found one of that name.
    pub(crate) fn create(&self, name: &str, bytes: Vec<u8>) -> Result<bool, Fault> {
        let options = PutOptions::from(PutMode::Create);
        match self.runtime.block_on(self.store.put_opts(&Path::from(name), bytes.into(), options)) {
            Ok(_) => Ok(true),
            Err(Error::AlreadyExists { .. }) => Ok(false),
            Err(error) => Err(Fault::io(format!("write the object {name}"), error)),
        }
    }

    /// Writes an object, in place of the one of that name if there is one.
    pub(crate) fn replace(&self, name: &str, bytes: Vec<u8>) -> Result<(), Fault> {
        let put = self.runtime.block_on(self.store.put(&Path::from(name), bytes.into()));
        put.map(drop).map_err(|e| Fault::io(format!("write the object {name}"), e))
    }

    /// An object's bytes; `None` where there is none of that name.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Fault> {
        let read = self.runtime.block_on(async { self.store.get(&Path::from(name)).await?.bytes().await });
        match read {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(Fault::io(format!("read the object {name}"), error)),
        }
    }

    /// What is in a folder, without what is deeper; sorted.
    pub(crate) fn list(&self, folder: &str) -> Result<Names, Fault> {
        let prefix = (!folder.is_empty()).then(|| Path::from(folder));
        let listed = match self.runtime.block_on(self.store.list_with_delimiter(prefix.as_ref())) {
            Ok(listed) => listed,
            Err(Error::NotFound { .. }) => return Ok(Names::default()),
            Err(error) => return Err(Fault::io(format!("list the objects of {folder}/"), error)),
        };
        let last = |path: &Path| path.filename().unwrap_or_default().to_owned();
        let mut names = Names {
            objects: listed.objects.iter().map(|object| last(&object.location)).collect(),
            folders: listed.common_prefixes.iter().map(last).collect(),
        };
        names.objects.sort();
        names.folders.sort();
        Ok(names)
    }

    /// Removes an object, unless there is none of that name.
    pub(crate) fn remove(&self, name: &str) -> Result<(), Fault> {
        match self.runtime.block_on(self.store.delete(&Path::from(name))) {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(Fault::io(format!("remove the object {name}"), error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_all_who_create_a_name_one_does() {
        let dir = tempfile::tempdir().unwrap();
        let winners: usize = std::thread::scope(|scope| {
            let race = |n: u8| {
                let objects = Objects::in_directory(dir.path()).unwrap();
                usize::from(objects.create("folder/name", vec![n]).unwrap())
            };
            let racers: Vec<_> = (0..8).map(|n| scope.spawn(move || race(n))).collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).sum()
        });
        assert_eq!(winners, 1);
    }

    #[test]
    fn objects_are_written_listed_and_removed() {
        let dir = tempfile::tempdir().unwrap();
        let objects = Objects::in_directory(dir.path()).unwrap();
        assert!(objects.list("a").unwrap().objects.is_empty());
        assert_eq!(objects.read("a/1"), Ok(None));
        assert_eq!(objects.create("a/2", vec![2]), Ok(true));
        assert_eq!(objects.create("a/1", vec![1]), Ok(true));
        assert_eq!(objects.create("a/1", vec![9]), Ok(false));
        assert_eq!(objects.read("a/1"), Ok(Some(vec![1])));
        objects.replace("a/1", vec![3]).unwrap();
        assert_eq!(objects.read("a/1"), Ok(Some(vec![3])));
        assert_eq!(objects.list("a").unwrap().objects, ["1", "2"]);
        assert_eq!(objects.list("").unwrap().folders, ["a"]);
        objects.remove("a/1").unwrap();
        objects.remove("a/1").unwrap();
        assert_eq!(objects.list("a").unwrap().objects, ["2"]);
    }
}
