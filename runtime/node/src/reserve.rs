//! Room on the disk that is kept for one purpose: to close what is open when everything else is full.

use cap_std::fs::{Dir, OpenOptions};
use rustix::fs::fstatvfs;
use std::io::Write;

/// The reserve of a data directory: a file that is removed when room is needed, and made again when there is some.
pub(crate) struct Reserve {
    dir: Dir,
}

const NAME: &str = "reserve";
/// As large as what is flushed on closing.
const BYTES: u64 = 4 << 20;
/// It is made where it takes little of what is left.
const ROOM_MIN: u64 = 16 * BYTES;

impl Reserve {
    /// The reserve in `dir`, made if it is not there. A disk that has no room for it has none to keep.
    pub(crate) fn keep(dir: Dir) -> Reserve {
        let reserve = Reserve { dir };
        if !reserve.dir.exists(NAME) && reserve.room().is_some_and(|room| room >= ROOM_MIN) {
            let made = reserve.make();
            if made.is_err() {
                reserve.give_up();
            }
        }
        reserve
    }

    /// Gives it up, if there is less room than it takes.
    pub(crate) fn give_up_if_full(&self) {
        if self.room().is_some_and(|room| room < BYTES) {
            self.give_up();
        }
    }

    fn give_up(&self) {
        // What cannot be removed was not there, or is on a disk that cannot be written anyway.
        let _ = self.dir.remove_file(NAME);
    }

    fn room(&self) -> Option<u64> {
        let found = fstatvfs(&self.dir.open(".").ok()?).ok()?;
        found.f_bavail.checked_mul(found.f_frsize)
    }

    /// Zeros are written, for a length alone takes no room.
    fn make(&self) -> std::io::Result<()> {
        let mut file = self.dir.open_with(NAME, OpenOptions::new().write(true).create_new(true))?;
        let zeros = vec![0; 1 << 20];
        for _ in 0..BYTES >> 20 {
            file.write_all(&zeros)?;
        }
        file.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cap_std::ambient_authority;

    fn open(path: &std::path::Path) -> Dir {
        Dir::open_ambient_dir(path, ambient_authority()).unwrap()
    }

    #[test]
    fn it_is_made_kept_and_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let reserve = Reserve::keep(open(folder.path()));
        assert_eq!(reserve.dir.metadata(NAME).unwrap().len(), BYTES);
        reserve.give_up_if_full();
        assert!(reserve.dir.exists(NAME), "there is room");
        reserve.give_up();
        assert!(!reserve.dir.exists(NAME));
        let again = Reserve::keep(open(folder.path()));
        assert!(again.dir.exists(NAME));
    }

    /// On a disk that has less room than the reserve, it is what makes room.
    #[test]
    fn a_full_disk_gets_room_by_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = std::process::Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=80m", "none"]).arg(folder.path());
        if !mount.output().is_ok_and(|ran| ran.status.success()) {
            return;
        }
        let dir = open(folder.path());
        let reserve = Reserve::keep(open(folder.path()));
        let made = reserve.dir.exists(NAME);
        let mut filling = dir.create("filling").unwrap();
        while filling.write_all(&[1; 1 << 16]).is_ok() {}
        reserve.give_up_if_full();
        let (room, kept) = (reserve.room().unwrap(), reserve.dir.exists(NAME));
        let again = Reserve::keep(open(folder.path())).dir.exists(NAME);
        drop((reserve, dir, filling));
        let unmounted = std::process::Command::new("umount").arg("-l").arg(folder.path()).status();
        assert!(unmounted.is_ok_and(|status| status.success()));
        assert!(made && !kept && room >= BYTES, "{room}");
        assert!(!again, "it is not made where there is no room for it");
    }
}
