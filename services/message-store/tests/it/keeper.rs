//! A service that keeps files in a place of the test's choice, and what stands there.

use std::ops::Deref;
use std::sync::Arc;

use pulse_message_store::store::MIGRATOR;
use pulse_testkit::{S3, TestDatabase};
use pulse_types::{Clock, SystemClock};

use crate::app::{App, Options};

/// Where files are kept.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    /// In a folder.
    Folder,
    /// In a bucket of a server of the test's own.
    Bucket,
}

/// The service, and the server that holds its bucket.
pub(crate) struct Keeper {
    app: App,
    server: Option<S3>,
}

impl Deref for Keeper {
    type Target = App;

    fn deref(&self) -> &App {
        &self.app
    }
}

/// Settings of a bucket at this `host:port`.
pub(crate) fn bucket(server: &S3, addr: &str) -> Vec<(&'static str, String)> {
    let (id, secret) = server.keys();
    vec![
        ("PULSE_MESSAGES_S3_BUCKET", server.bucket().to_owned()),
        ("PULSE_MESSAGES_S3_ENDPOINT", format!("http://{addr}")),
        ("PULSE_MESSAGES_S3_ACCESS_KEY_ID", id.to_owned()),
        ("PULSE_MESSAGES_S3_SECRET_ACCESS_KEY", secret.to_owned()),
    ]
}

impl Keeper {
    pub(crate) async fn start(place: Place) -> Self {
        Self::start_at(place, Arc::new(SystemClock)).await
    }

    pub(crate) async fn start_at(place: Place, clock: Arc<dyn Clock>) -> Self {
        let server = match place {
            Place::Folder => None,
            Place::Bucket => Some(S3::start().await.unwrap()),
        };
        let settings = server.as_ref().map(|server| bucket(server, &server.addr())).unwrap_or_default();
        let database = TestDatabase::create(&MIGRATOR).await.unwrap();
        let options = Options { clock: Some(clock), settings, ..Options::default() };
        Self { app: App::start_with(database, options).await, server }
    }

    /// Names of all objects, and of what there is of unfinished ones.
    pub(crate) async fn objects(&self) -> Vec<String> {
        if let Some(server) = &self.server {
            return server.objects().await.unwrap();
        }
        let mut found = Vec::new();
        let mut folders = vec![self.app.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { found.push(path.display().to_string()) }
            }
        }
        found
    }
}
