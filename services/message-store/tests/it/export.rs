//! A person's own files in the copy of all that is held on them, from a folder and from a bucket.

use image::{ImageFormat, Rgb, RgbImage};
use pulse_proto::messages::v1 as proto;
use pulse_rpc::Principal;
use pulse_types::{AttachmentId, SystemClock};
use serde_json::{Value, json};

use crate::app::{App, answer, message};
use crate::keeper::{Keeper, Place};

/// More than a piece of a file, and not a multiple of one.
const LARGE: u32 = 2_500_001;

impl App {
    /// Every document of an export, in the order in which they come.
    async fn archive(&self, user: Principal) -> Vec<(String, Vec<u8>)> {
        let request = proto::ExportPersonRequest { user_id: user.user_id.to_string() };
        let mut stream = self.privacy.clone().export_person(request).await.unwrap().into_inner();
        let mut documents: Vec<(String, Vec<u8>)> = Vec::new();
        while let Some(piece) = stream.message().await.unwrap() {
            match documents.last_mut() {
                Some((name, bytes)) if *name == piece.name => bytes.extend(piece.chunk),
                _ => documents.push((piece.name, piece.chunk)),
            }
        }
        documents
    }

    async fn post_file(&self, user: Principal, place: &str, file: &proto::Attachment) -> proto::Message {
        let mut request = message(place, "see this");
        request.attachment_ids = vec![file.attachment_id.clone()];
        self.send(user, request).await.unwrap().message.unwrap()
    }
}

/// The files of an archive, by their names.
fn files(archive: &[(String, Vec<u8>)]) -> Vec<(&str, &[u8])> {
    let files = archive.iter().filter_map(|(name, bytes)| Some((name.strip_prefix("files/")?, &**bytes)));
    files.collect()
}

fn list(archive: &[(String, Vec<u8>)]) -> Vec<Value> {
    let (_, list) = archive.iter().find(|(name, _)| name == "attachments.json").unwrap();
    serde_json::from_slice(list).unwrap()
}

fn png() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    RgbImage::from_pixel(600, 300, Rgb([250, 0, 0])).write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn an_export_from_a_folder_holds_ones_files_and_nobody_elses() {
    an_export_holds_ones_files_and_nobody_elses(Place::Folder).await;
}

#[tokio::test]
async fn an_export_from_a_bucket_holds_ones_files_and_nobody_elses() {
    an_export_holds_ones_files_and_nobody_elses(Place::Bucket).await;
}

async fn an_export_holds_ones_files_and_nobody_elses(place: Place) {
    let app = Keeper::start(place).await;
    let (ada, bob, chat) = app.direct().await;
    let group = app.make_group(&[bob, ada]).await;
    let large: Vec<u8> = (0..LARGE).map(|place| place.to_le_bytes()[1]).collect();
    let unposted = app.upload(ada, "../draft/notes.txt", b"unposted words").await.unwrap();
    let image = app.upload(ada, "red.png", &png()).await.unwrap();
    let posted = app.upload(ada, "notes.txt", &large).await.unwrap();
    let avatar = app.upload(ada, "me.png", &png()).await.unwrap();
    let unsaid = app.upload(ada, "unsaid.txt", b"taken back").await.unwrap();
    let of_bob = app.upload(bob, "bob.txt", b"the words of bob").await.unwrap();
    let unposted_of_bob = app.upload(bob, "draft.txt", b"more words of bob").await.unwrap();
    let image_message = app.post_file(ada, &chat, &image).await;
    app.post_file(bob, &chat, &of_bob).await;
    let message_of_group = app.post_file(ada, &group, &posted).await;
    let message = app.post_file(ada, &chat, &unsaid).await;
    app.unsay(ada, &message.message_id).await.unwrap();
    app.leave(ada, &group).await.unwrap();
    let request = proto::UsePictureRequest { attachment_id: avatar.attachment_id.clone() };
    answer(app.files.clone().use_picture(ada.request(request)).await).unwrap();

    let archive = app.archive(ada).await;
    // An image without its metadata, as others get it; all else as it was sent.
    let shown = app.read(&image.url).await.unwrap();
    let kept = app.read(&avatar.url).await.unwrap();
    let name = |file: &proto::Attachment, name: &str| format!("{}-{name}", file.attachment_id);
    let mut expected = [
        (name(&unposted, "notes.txt"), b"unposted words".as_slice()),
        (name(&image, "red.png"), &shown),
        (name(&posted, "notes.txt"), &large),
        (name(&avatar, "me.png"), &kept),
    ];
    expected.sort();
    let found = files(&archive);
    assert_eq!(
        found.iter().map(|(name, bytes)| (*name, bytes.len())).collect::<Vec<_>>(),
        expected.iter().map(|(name, bytes)| (name.as_str(), bytes.len())).collect::<Vec<_>>()
    );
    assert!(found.iter().zip(&expected).all(|(found, expected)| found.1 == expected.1), "byte for byte");

    let listed = list(&archive);
    assert_eq!(listed.len(), 4, "{listed:?}");
    let mut places = [
        (&unposted, Value::Null, Value::Null, false),
        (&image, json!(chat), json!(image_message.seq), false),
        (&posted, json!(group), json!(message_of_group.seq), false),
        (&avatar, Value::Null, Value::Null, true),
    ];
    places.sort_by_key(|(file, ..)| &file.attachment_id);
    for (row, (file, conversation_id, seq, is_picture)) in listed.iter().zip(places) {
        assert!(row["created_at"].as_str().is_some_and(|at| at.ends_with('Z')), "{row}");
        let told = json!({
            "attachment_id": file.attachment_id, "name": file.name, "media_type": file.media_type,
            "size": file.size_bytes, "created_at": row["created_at"], "conversation_id": conversation_id,
            "seq": seq, "is_picture": is_picture,
        });
        assert_eq!(*row, told);
    }

    let archive = app.archive(bob).await;
    let names: Vec<&str> = files(&archive).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, [name(&of_bob, "bob.txt"), name(&unposted_of_bob, "draft.txt")]);
    assert_eq!(list(&archive).len(), 2);
}

#[tokio::test]
async fn an_export_lists_more_files_than_a_page_and_goes_on_without_those_that_are_gone() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    let first = app.upload(ada, "first.txt", b"first").await.unwrap();
    let mut ids = vec![first.attachment_id.clone()];
    // Known still, but their bytes went meanwhile.
    for _ in 0..205 {
        let id = AttachmentId::new(&SystemClock);
        let insert = "INSERT INTO attachments (attachment_id, uploader_id, name, media_type, size_bytes, has_thumbnail,
                                               created_at)
                      VALUES ($1, $2, 'gone.txt', 'text/plain', 5, false, now())";
        sqlx::query(insert).bind(id.as_uuid()).bind(ada.user_id.as_uuid()).execute(&app.pool).await.unwrap();
        ids.push(id.to_string());
    }
    let last = app.upload(ada, "last.txt", b"last").await.unwrap();
    ids.push(last.attachment_id.clone());
    let archive = app.archive(ada).await;
    let listed: Vec<String> =
        list(&archive).iter().map(|row| row["attachment_id"].as_str().unwrap().to_owned()).collect();
    // Those of one millisecond have no order but that of chance.
    ids.sort();
    assert_eq!(listed, ids);
    let found: Vec<&[u8]> = files(&archive).into_iter().map(|(_, bytes)| bytes).collect();
    assert_eq!(found, [b"first".as_slice(), b"last"]);
}
