use super::*;
use proptest::collection::vec;
use proptest::prelude::*;

/// A folder with the files of a system, a user and a project.
struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Files {
        Files(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        crate::data::create_path(path.parent().unwrap()).unwrap();
        let (dir, name) = verify::files::place(&path).unwrap();
        dir.write(name, text).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn sources(&self, environment: &[(&str, &str)]) -> Sources {
        Sources {
            system: Some(self.path("system.toml")),
            user: Some(self.path("user")),
            project: Some(self.path("project/foil.toml")),
            environment: environment.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        }
    }

    fn refused(&self, environment: &[(&str, &str)]) -> String {
        match self.sources(environment).gather(Settings::default()) {
            Err(error @ NodeError::Config { .. }) => error.to_string(),
            Err(error) => panic!("{error}"),
            Ok(_) => panic!("it is taken"),
        }
    }
}

fn on(config: &Config) -> Option<&str> {
    config.settings.on.as_deref()
}

fn settings(on: &str) -> Settings {
    Settings { on: Some(on.into()), ..Settings::default() }
}

#[test]
fn the_nearer_source_counts() {
    let files = Files::new();
    let all = |flags| files.sources(&[]).gather(flags).unwrap();
    assert_eq!(on(&all(Settings::default())), None);
    for (file, text) in [("system.toml", "0a"), ("user/config.toml", "0b"), ("project/foil.toml", "0c")] {
        files.write(file, &format!("on = {text:?}\n"));
        assert_eq!(on(&all(Settings::default())), Some(text));
    }
    let environment = files.sources(&[("FOIL_ON", "12"), ("FOIL_SOAK", "1")]);
    assert_eq!(on(&environment.gather(Settings::default()).unwrap()), Some("12"));
    assert_eq!(on(&environment.gather(settings("0e")).unwrap()), Some("0e"));
}

#[test]
fn what_one_source_does_not_say_another_does_and_each_setting_knows_whose_it_is() {
    let files = Files::new();
    files.write("system.toml", "tree_memory = 7\n[serve]\nlisten = \"127.0.0.1:1\"\ntls_cert = \"a.pem\"\n");
    files.write("project/foil.toml", "data = \"here\"\n[serve]\nlisten = \"127.0.0.1:2\"\n");
    let config = files.sources(&[("FOIL_OUTPUT", "json")]).gather(settings("0a")).unwrap();
    let path = |name: &str| files.path(name).display().to_string();
    let (system, project) =
        (format!("system: {}", path("system.toml")), format!("project: {}", path("project/foil.toml")));
    let expected = [
        ("data", path("project/here"), project.clone()),
        ("on", "0a".into(), "flag".into()),
        ("output", "json".into(), "environment".into()),
        ("serve.listen", "127.0.0.1:2".into(), project.clone()),
        ("serve.tls_cert", path("a.pem"), system.clone()),
        ("tree_memory", "7".into(), system.clone()),
    ];
    assert_eq!(config.shown().unwrap(), expected.map(|(name, value, from)| (name.to_owned(), value, from)));
    assert_eq!(config.read, [system, project, "environment".into(), "flag".into()]);
    let global = config.global();
    assert_eq!(global.at, At::Data(files.path("project/here")));
    assert_eq!((global.tree_memory, global.output), (Some(7), Format::Json));
}

#[test]
fn the_nearer_of_node_and_data_is_where_a_shard_is() {
    let files = Files::new();
    files.write("user/config.toml", "node = \"https://a\"\ntoken_file = \"t\"\n");
    let node = |url: &str, token: &str| {
        At::Node(Address { url: url.into(), token_file: Some(files.path(token)), ca: None })
    };
    let at =
        |environment: &[(&str, &str)], flags| files.sources(environment).gather(flags).unwrap().global().at;
    assert_eq!(at(&[], Settings::default()), node("https://a", "user/t"));
    assert_eq!(at(&[("FOIL_DATA", "d")], Settings::default()), At::Data("d".into()));
    let flags = Settings { node: Some("https://b".into()), ..Settings::default() };
    assert_eq!(at(&[("FOIL_DATA", "d")], flags), node("https://b", "user/t"));
    assert!(files.refused(&[("FOIL_DATA", "d"), ("FOIL_NODE", "https://a")]).contains("of which one"));
}

#[test]
fn a_context_counts_just_before_what_names_it() {
    let files = Files::new();
    files.write("user/contexts/far.toml", "node = \"https://far\"\non = \"0f\"\n");
    files.write("user/contexts/near.toml", "data = \"near\"\n");
    let global =
        |environment: &[(&str, &str)], flags| files.sources(environment).gather(flags).unwrap().global();
    let url = |global: &Global| match &global.at {
        At::Node(address) => address.url.clone(),
        At::Data(path) => path.display().to_string(),
    };
    files.write("user/context", "far\n");
    assert_eq!(url(&global(&[], Settings::default())), "https://far");
    let near = Settings { context: Some("near".into()), ..settings("01") };
    assert_eq!(
        url(&global(&[("FOIL_CONTEXT", "far")], near.clone())),
        files.path("user/contexts/near").display().to_string()
    );
    assert_eq!(global(&[("FOIL_CONTEXT", "far")], near).on.as_deref(), Some("01"));
    files.write("project/foil.toml", "data = \"p\"\n");
    assert_eq!(url(&global(&[], Settings::default())), files.path("project/p").display().to_string());

    let named = |name: &str| files.sources(&[("FOIL_CONTEXT", name)]).gather(Settings::default()).map(drop);
    assert!(matches!(named("none"), Err(NodeError::NoContext { name }) if name == "none"));
    assert!(["", "../x", ".x", "a/b"].iter().all(|name| matches!(named(name), Err(NodeError::Usage(_)))));
    for text in ["context = \"far\"\ndata = \"d\"\n", "on = \"0a\"\n", "node = 1\n"] {
        files.write("user/contexts/odd.toml", text);
        assert!(matches!(named("odd"), Err(NodeError::Config { .. })), "{text}");
    }
}

#[test]
fn what_nobody_knows_is_refused_by_name() {
    let files = Files::new();
    for (text, words) in [
        ("nod = \"https://a\"\n", "nod"),
        ("[serve]\nlisen = \"127.0.0.1:1\"\n", "lisen"),
        ("[serve]\nrate = 0\n", "rate"),
        ("tree_memory = \"much\"\n", "tree_memory"),
        ("output = \"xml\"\n", "xml"),
        ("on = \"a\"\non = \"b\"\n", "duplicate"),
        ("on = ", "TOML"),
    ] {
        files.write("project/foil.toml", text);
        let refused = files.refused(&[]);
        assert!(refused.contains("foil.toml") && refused.contains(words), "{text}: {refused}");
    }
    files.write("project/foil.toml", "");
    assert!(files.refused(&[("FOIL_TREE_MEMORY", "much")]).contains("FOIL_TREE_MEMORY"));
    assert!(files.refused(&[("FOIL_OUTPUT", "xml")]).contains("xml"));
}

#[test]
fn a_context_reads_back() {
    let written = Settings {
        node: Some("https://a \"quoted\"\\\n".into()),
        token_file: Some("/a b/\u{e9}".into()),
        on: Some("0a".into()),
        ..Settings::default()
    };
    assert_eq!(Settings::parse(&written.text()), Ok(written));
}

proptest! {
    /// Whatever a file holds, it is read or refused with a reason.
    #[test]
    fn no_file_is_too_strange(
        bytes in vec(any::<u8>(), 0..200),
        lines in vec("(\\[serve\\]|(data|node|on|listen|rate|open|output|tree_memory) = (\"[a-z:/0-9.]{0,9}\"|-?[0-9]{1,20}|true|\\[|\\{))", 0..6),
    ) {
        for text in [String::from_utf8_lossy(&bytes).into_owned(), lines.join("\n")] {
            if let Err(because) = Settings::parse(&text) {
                prop_assert!(!because.is_empty());
            }
        }
    }
}
