//! Where commands find what they are not told by their options.
//!
//! ```text
//! flag > environment > project > user > system > default
//!
//! flag          --data, --on, …
//! environment   FOIL_DATA, FOIL_ON, … : the option's name in capitals
//! project       foil.toml, in the working directory or the nearest one above it
//! user          foil/config.toml in XDG_CONFIG_HOME, or in ~/.config
//! system        /etc/foil/config.toml
//! ```
//!
//! A context is a file of settings with a name, `foil/contexts/NAME.toml` beside the user's. It counts just before the
//! source that names it; `foil context use` names it for the user. Paths in a file are relative to the file. What a file
//! says that nobody knows is refused, so that no setting is lost by a slip of the pen.

use crate::cli::{Address, At, Cli, Command, Format, Global, Options};
use crate::commands::serve::ServeArgs;
use crate::error::NodeError;
use figment::providers::{Format as _, Serialized, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The project's file.
const PROJECT: &str = "foil.toml";
/// The system's.
const SYSTEM: &str = "/etc/foil/config.toml";
/// The user's, in their directory.
const USER: &str = "config.toml";
/// The name of the user's context, in their directory.
pub(crate) const CONTEXT: &str = "context";
/// Their contexts.
pub(crate) const CONTEXTS: &str = "contexts";
/// No file of settings is longer.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// What one source says.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// The context that counts before this source.
    pub(crate) context: Option<String>,
    /// The data directory.
    pub(crate) data: Option<PathBuf>,
    /// A node's URL.
    pub(crate) node: Option<String>,
    /// The file of the token for it.
    pub(crate) token_file: Option<PathBuf>,
    /// The certificates that its own must come from.
    pub(crate) ca: Option<PathBuf>,
    /// The shard.
    pub(crate) on: Option<String>,
    /// A directory that remembers heads.
    pub(crate) remember: Option<PathBuf>,
    /// Memory for the tree over a shard's state, in bytes.
    pub(crate) tree_memory: Option<usize>,
    /// How to print answers.
    pub(crate) output: Option<Format>,
    /// How a node is to serve.
    pub(crate) serve: Option<ServeArgs>,
}

/// What sources there are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    system: Option<PathBuf>,
    /// The user's directory.
    pub(crate) user: Option<PathBuf>,
    project: Option<PathBuf>,
    environment: Vec<(String, OsString)>,
}

/// What the sources say together.
pub(crate) struct Config {
    figment: Figment,
    settings: Settings,
    /// Whether a node counts, and no data directory.
    is_node: bool,
    /// The sources that say something, the farthest first.
    pub(crate) read: Vec<String>,
}

/// What a command goes by.
///
/// # Errors
///
/// Refuses sources that are not as they must be. Commands that mend or explain those go by options alone.
pub fn global(cli: &Cli) -> Result<Global, NodeError> {
    let flags = Settings::of_options(&cli.options, &cli.command);
    let sources = match cli.command {
        Command::Config(_) | Command::Context(_) | Command::Explain(_) => Sources::default(),
        Command::Completion(_) | Command::Man(_) => Sources::default(),
        _ => Sources::of_process()?,
    };
    Ok(sources.gather(flags)?.global())
}

impl Sources {
    /// Those of this process.
    pub(crate) fn of_process() -> Result<Sources, NodeError> {
        let here = std::env::current_dir().map_err(|e| NodeError::io("find the working directory", e))?;
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let config = set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(".config")));
        let variables =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
        Ok(Sources {
            system: Some(SYSTEM.into()),
            user: config.map(|config| config.join("foil")),
            project: here.ancestors().map(|dir| dir.join(PROJECT)).find(|file| file.exists()),
            environment: variables.filter(|(name, _)| name.starts_with("FOIL_")).collect(),
        })
    }

    /// What they say, with options before all.
    pub(crate) fn gather(&self, flags: Settings) -> Result<Config, NodeError> {
        let mut config = Config {
            figment: Figment::new(),
            settings: Settings::default(),
            is_node: false,
            read: Vec::new(),
        };
        if let Some(system) = &self.system {
            self.add_file(&mut config, "system", system)?;
        }
        if let Some(user) = &self.user {
            self.add_file(&mut config, "user", &user.join(USER))?;
            let context = self.chosen()?;
            self.add(&mut config, "user", Settings { context, ..Settings::default() })?;
        }
        if let Some(project) = &self.project {
            self.add_file(&mut config, "project", project)?;
        }
        self.add(&mut config, "environment", Settings::of_environment(&self.environment)?)?;
        self.add(&mut config, "flag", flags)?;
        config.settings = config.figment.extract().map_err(|error| wrong("the settings together", &error))?;
        Ok(config)
    }

    /// The context that the user has chosen.
    pub(crate) fn chosen(&self) -> Result<Option<String>, NodeError> {
        let Some(user) = &self.user else { return Ok(None) };
        Ok(read(&user.join(CONTEXT))?.map(|name| name.trim_end().to_owned()))
    }

    /// The file of a context.
    pub(crate) fn context_file(&self, name: &str) -> Result<PathBuf, NodeError> {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if name.is_empty() || name.len() > 64 || name.starts_with('.') || !name.bytes().all(is_word) {
            return Err(NodeError::Usage(format!(
                "{name:?} names no context: a name has 1 to 64 letters, digits, `-`, `_` and `.`"
            )));
        }
        let user = self.user.as_ref().ok_or_else(|| {
            NodeError::Usage("contexts are kept in XDG_CONFIG_HOME or HOME, and neither is set".into())
        })?;
        Ok(user.join(CONTEXTS).join(format!("{name}.toml")))
    }

    /// What a context says.
    pub(crate) fn context(&self, name: &str) -> Result<Settings, NodeError> {
        let file = self.context_file(name)?;
        let settings = Settings::of_file(&file)?.ok_or_else(|| NodeError::NoContext { name: name.into() })?;
        match settings {
            Settings { context: Some(_), .. } => {
                Err(wrong(&file.display(), &"a context names no other context"))
            }
            Settings { data: None, node: None, .. } => {
                Err(wrong(&file.display(), &"a context names a node or a data directory"))
            }
            settings => Ok(settings),
        }
    }

    fn add_file(&self, config: &mut Config, source: &str, file: &Path) -> Result<(), NodeError> {
        match Settings::of_file(file)? {
            Some(settings) => self.add(config, &format!("{source}: {}", file.display()), settings),
            None => Ok(()),
        }
    }

    /// Adds a source before those that were added, and its context just before it.
    fn add(&self, config: &mut Config, source: &str, settings: Settings) -> Result<(), NodeError> {
        if let Some(name) = &settings.context {
            let of_context = format!("context: {}", self.context_file(name)?.display());
            config.merge(of_context, self.context(name)?)?;
        }
        config.merge(source.into(), settings)
    }
}

impl Config {
    fn merge(&mut self, source: String, settings: Settings) -> Result<(), NodeError> {
        match (&settings.data, &settings.node) {
            (Some(_), Some(_)) => {
                return Err(wrong(&source, &"names a node and a data directory, of which one can be meant"));
            }
            (None, None) => {}
            (_, node) => self.is_node = node.is_some(),
        }
        let layer = Layer { source, settings };
        if layer.data().is_ok_and(|said| said.values().any(|said| !said.is_empty())) {
            self.read.push(layer.source.clone());
        }
        self.figment = std::mem::take(&mut self.figment).merge(layer);
        Ok(())
    }

    fn global(self) -> Global {
        let Settings { data, node, token_file, ca, on, remember, tree_memory, output, serve, .. } =
            self.settings;
        let at = match node.filter(|_| self.is_node) {
            Some(url) => At::Node(Address { url, token_file, ca }),
            None => data.map_or_else(At::default, At::Data),
        };
        let (output, serve) = (output.unwrap_or_default(), serve.unwrap_or_default());
        Global { at, on, remember, tree_memory, output, serve }
    }

    /// Every setting that is made, by its path, with its value and the source that it comes from. Of node and data
    /// directory only the one that counts.
    pub(crate) fn shown(&self) -> Result<Vec<(String, String, String)>, NodeError> {
        let said = self.figment.data().map_err(|error| wrong("the settings together", &error))?;
        let mut rows = Vec::new();
        for (name, value) in said.into_values().flatten() {
            match value {
                Value::Dict(_, inner) => {
                    rows.extend(inner.into_iter().map(|(inner, value)| (format!("{name}.{inner}"), value)));
                }
                value => rows.push((name, value)),
            }
        }
        let unused = if self.is_node { "data" } else { "node" };
        let shown = |(path, value): (String, Value)| {
            let from = self.figment.find_metadata(&path).map_or_else(String::new, |it| it.name.to_string());
            let json = value.deserialize::<serde_json::Value>().unwrap_or_default();
            let text = json.as_str().map_or_else(|| json.to_string(), str::to_owned);
            (path, text, from)
        };
        Ok(rows.into_iter().filter(|(path, _)| path != unused).map(shown).collect())
    }
}

/// A source's settings, as figment merges them.
struct Layer {
    source: String,
    settings: Settings,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.source.clone())
    }

    /// What is said; what is not does not stand before what is said elsewhere.
    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let mut data = Serialized::defaults(&self.settings).data()?;
        data.values_mut().for_each(keep_said);
        Ok(data)
    }
}

fn keep_said(dict: &mut Dict) {
    for value in dict.values_mut() {
        if let Value::Dict(_, inner) = value {
            keep_said(inner);
        }
    }
    dict.retain(|_, value| {
        !matches!(value, Value::Empty(..)) && value.as_dict().is_none_or(|it| !it.is_empty())
    });
}

impl Settings {
    fn of_options(options: &Options, command: &Command) -> Settings {
        Settings {
            context: options.context.clone(),
            data: options.data.clone(),
            node: options.node.clone(),
            token_file: options.token_file.clone(),
            ca: options.ca.clone(),
            on: options.on.clone(),
            remember: options.remember.clone(),
            tree_memory: options.tree_memory,
            output: options.output,
            serve: match command {
                Command::Serve(args) => Some(args.clone()),
                _ => None,
            },
        }
    }

    /// What the variables say that have the names of options; others are not ours.
    fn of_environment(variables: &[(String, OsString)]) -> Result<Settings, NodeError> {
        let found = |name: &str| variables.iter().find(|(it, _)| it == name).map(|(_, value)| value);
        let path = |name: &str| found(name).map(PathBuf::from);
        let text = |name: &str| {
            let text = found(name).map(|value| value.to_str().map(str::to_owned).ok_or("is no UTF-8"));
            text.transpose().map_err(|because| wrong(name, &because))
        };
        let number = |name| {
            text(name)?
                .map(|text| text.parse().map_err(|_| wrong(name, &format!("{text:?} is no number"))))
                .transpose()
        };
        let output = text("FOIL_OUTPUT")?.map(|text| {
            <Format as clap::ValueEnum>::from_str(&text, false)
                .map_err(|_| wrong("FOIL_OUTPUT", &format!("{text:?} is none of table, json, cbor")))
        });
        Ok(Settings {
            context: text("FOIL_CONTEXT")?,
            data: path("FOIL_DATA"),
            node: text("FOIL_NODE")?,
            token_file: path("FOIL_TOKEN_FILE"),
            ca: path("FOIL_CA"),
            on: text("FOIL_ON")?,
            remember: path("FOIL_REMEMBER"),
            tree_memory: number("FOIL_TREE_MEMORY")?,
            output: output.transpose()?,
            serve: None,
        })
    }

    /// What a file says, its paths from where it lies; nothing, where there is no file.
    fn of_file(file: &Path) -> Result<Option<Settings>, NodeError> {
        let Some(text) = read(file)? else { return Ok(None) };
        let mut settings = Settings::parse(&text).map_err(|because| wrong(&file.display(), &because))?;
        let dir = file.parent().unwrap_or(Path::new(""));
        let Settings { data, token_file, ca, remember, serve, .. } = &mut settings;
        let serve = serve.iter_mut().flat_map(ServeArgs::paths);
        for path in [data, token_file, ca, remember].into_iter().flatten().chain(serve) {
            *path = dir.join(&*path);
        }
        Ok(Some(settings))
    }

    /// What a text says in TOML.
    pub(crate) fn parse(text: &str) -> Result<Settings, String> {
        Figment::from(Toml::string(text)).extract().map_err(|error| {
            let of = |error: figment::Error| match error.path.is_empty() {
                true => error.kind.to_string(),
                false => format!("{}: {}", error.path.join("."), error.kind),
            };
            error.into_iter().map(of).collect::<Vec<_>>().join("; ")
        })
    }

    /// As TOML.
    pub(crate) fn text(&self) -> String {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let path = |path: &Option<PathBuf>| path.as_ref().map(|it| quoted(&it.to_string_lossy()));
        let word = |text: &Option<String>| text.as_deref().map(quoted);
        let fields = [
            ("node", word(&self.node)),
            ("data", path(&self.data)),
            ("token_file", path(&self.token_file)),
            ("ca", path(&self.ca)),
            ("on", word(&self.on)),
        ];
        fields.into_iter().filter_map(|(name, value)| Some(format!("{name} = {}\n", value?))).collect()
    }
}

/// A file's text; nothing, where there is none.
fn read(file: &Path) -> Result<Option<String>, NodeError> {
    let failed = |error| NodeError::io(format!("read {}", file.display()), error);
    let opened = match verify::files::open(file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(failed)?,
    };
    let mut text = String::new();
    opened.take(FILE_BYTES_MAX + 1).read_to_string(&mut text).map_err(failed)?;
    if text.len() as u64 > FILE_BYTES_MAX {
        return Err(wrong(&file.display(), &format!("has more than {FILE_BYTES_MAX} bytes")));
    }
    Ok(Some(text))
}

fn wrong(source: &(impl std::fmt::Display + ?Sized), because: &dyn std::fmt::Display) -> NodeError {
    NodeError::Config { source_name: source.to_string(), because: because.to_string() }
}

#[cfg(test)]
mod tests;
