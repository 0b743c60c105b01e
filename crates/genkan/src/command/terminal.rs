//! How output is shown: language, colour, width.

use std::io::IsTerminal;

use clap::ValueEnum;
use genkan_diagnosis::{Language, Style};

/// Flags that all commands with output share.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct TerminalArgs {
    /// Language of texts; codes and JSON keys never change [default: from LC_ALL, LC_MESSAGES, LANG].
    #[arg(long, value_enum)]
    lang: Option<Tongue>,
}

/// A language of the catalogue, as a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Tongue {
    /// English.
    En,
    /// 日本語.
    Ja,
}

impl TerminalArgs {
    /// Combines flags with what the environment and standard output say.
    pub(crate) fn style(&self) -> Style {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let terminal = std::io::stdout().is_terminal();
        let width = terminal.then(width).flatten();
        Style {
            language: match self.lang {
                Some(Tongue::En) => Language::English,
                Some(Tongue::Ja) => Language::Japanese,
                None => language_of_the_locale(),
            },
            color: terminal && !set("NO_COLOR") && !dumb,
            plain: dumb,
            width: width.unwrap_or(Style::default().width),
        }
    }
}

/// Columns of the terminal.
fn width() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok()?;
    (size.ws_col > 0).then_some(usize::from(size.ws_col))
}

fn language_of_the_locale() -> Language {
    ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .and_then(|locale| Language::parse(&locale))
        .unwrap_or_default()
}
