//! How a mail leaves: to an SMTP server, or into a folder as a file.

use std::path::{Path, PathBuf};

use pulse_types::MailId;
use tokio::io::AsyncWriteExt as _;

use crate::mailing::message::Letter;
use crate::mailing::smtp::Smtp;

/// Why a mail did not leave. None of it names an address.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The server will never take mail for this recipient.
    #[error("the recipient was refused: {0}")]
    Refused(String),
    /// It may leave another time.
    #[error("{0}")]
    Failed(String),
}

/// Where mails go.
#[derive(Debug, Clone)]
pub enum Transport {
    /// To a server.
    Smtp(Smtp),
    /// One file each, `<mail id>.eml`, into this folder.
    Folder(PathBuf),
}

impl Transport {
    pub(super) async fn send(&self, mail_id: MailId, letter: &Letter) -> Result<(), SendError> {
        match self {
            Self::Smtp(smtp) => smtp.send(letter).await,
            Self::Folder(folder) => write(folder, mail_id, letter.content())
                .await
                .map_err(|error| SendError::Failed(format!("the folder of mails: {error}"))),
        }
    }
}

/// Writes the file under another name first: who reads the folder never sees half a mail. Names are ordered by time.
async fn write(folder: &Path, mail_id: MailId, content: &[u8]) -> std::io::Result<()> {
    tokio::fs::create_dir_all(folder).await?;
    let half = folder.join(format!(".{mail_id}.half"));
    let mut file = tokio::fs::File::create(&half).await?;
    file.write_all(content).await?;
    file.sync_all().await?;
    drop(file);
    tokio::fs::rename(&half, folder.join(format!("{mail_id}.eml"))).await
}
