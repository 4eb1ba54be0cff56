//! What is typed: commands begin with a slash, everything else is said.

/// Shown by `/help`.
pub(super) const HELP: &str = "\
/list            your conversations
/open 2          open number 2 of the list; also /open @username, /open the beginning of a title
/back            older messages
/close           look at none
/online /away /dnd /invisible
/quit            or Ctrl-D
anything else is said in the open conversation; begin with // to say something that begins with a slash";

/// What somebody wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    Nothing,
    Help,
    List,
    Open(String),
    Back,
    Close,
    Status(&'static str),
    Quit,
    Say(String),
}

impl Command {
    /// Reads a line.
    ///
    /// # Errors
    /// What to type instead.
    pub(super) fn parse(line: &str) -> Result<Self, String> {
        let line = line.trim();
        if line.is_empty() {
            return Ok(Self::Nothing);
        }
        let Some(command) = line.strip_prefix('/') else { return Ok(Self::Say(line.to_owned())) };
        if command.starts_with('/') {
            return Ok(Self::Say(command.to_owned()));
        }
        let (name, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        match (name, rest.trim()) {
            ("help", "") => Ok(Self::Help),
            ("list", "") => Ok(Self::List),
            ("open", "") => Err("name what to open: a number of /list, @username, or a title".to_owned()),
            ("open", rest) => Ok(Self::Open(rest.to_owned())),
            ("back", "") => Ok(Self::Back),
            ("close", "") => Ok(Self::Close),
            ("online", "") => Ok(Self::Status("online")),
            ("away", "") => Ok(Self::Status("away")),
            ("dnd", "") => Ok(Self::Status("dnd")),
            ("invisible", "") => Ok(Self::Status("invisible")),
            ("quit", "") => Ok(Self::Quit),
            _ => Err(format!("there is no command /{command}; /help shows all")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_and_the_rest_is_said() {
        let read = |line| Command::parse(line).unwrap();
        assert_eq!(read("  "), Command::Nothing);
        assert_eq!(read("hello / there"), Command::Say("hello / there".into()));
        assert_eq!(read("//list"), Command::Say("/list".into()));
        assert_eq!(read(" /open  Engine room "), Command::Open("Engine room".into()));
        assert_eq!(read("/dnd"), Command::Status("dnd"));
        assert!(Command::parse("/open").unwrap_err().contains("@username"));
        assert_eq!(Command::parse("/lits").unwrap_err(), "there is no command /lits; /help shows all");
    }

    #[test]
    fn help_names_every_command() {
        for name in ["list", "open", "back", "close", "online", "away", "dnd", "invisible", "quit"] {
            assert!(HELP.contains(&format!("/{name}")), "{name}");
        }
    }
}
