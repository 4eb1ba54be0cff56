//! Files: taken in, given out, gone. The same suite goes over a folder and over a server that speaks S3.

use std::sync::Arc;
use std::time::Duration;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageEncoder as _, ImageFormat, Rgb, RgbImage};
use pulse_proto::messages::v1 as proto;
use pulse_proto::messages::v1::read_file_response::Frame as Got;
use pulse_proto::messages::v1::upload_attachment_request::Frame;
use pulse_rpc::{Failure, Principal, Reason};
use pulse_testkit::{FakeClock, eventually};
use pulse_types::{Clock as _, SystemClock};

use crate::app::{App, PUBLIC_URL, SOON, answer, message, plain};
use crate::keeper::{Keeper, Place};

/// What an address says.
struct Address {
    attachment_id: String,
    thumbnail: bool,
    expires_at_unix: i64,
    signature: String,
}

impl Address {
    fn read(url: &str) -> Self {
        let (id, query) =
            url.strip_prefix(&format!("{PUBLIC_URL}/v1/files/")).unwrap().split_once('?').unwrap();
        let part = |name: &str| query.split('&').find_map(|part| part.strip_prefix(&format!("{name}=")));
        Self {
            attachment_id: id.to_owned(),
            thumbnail: part("thumbnail") == Some("true"),
            expires_at_unix: part("expires").unwrap().parse().unwrap(),
            signature: part("signature").unwrap().to_owned(),
        }
    }

    fn ask(&self, range: Option<(i64, i64)>) -> proto::ReadFileRequest {
        proto::ReadFileRequest {
            attachment_id: self.attachment_id.clone(),
            thumbnail: self.thumbnail,
            expires_at_unix: self.expires_at_unix,
            signature: self.signature.clone(),
            range: range.map(|(first, last)| proto::ByteRange { first, last }),
        }
    }
}

fn frames(name: &str, bytes: &[u8], is_whole: bool) -> Vec<proto::UploadAttachmentRequest> {
    let header = Frame::Header(proto::UploadHeader { name: name.to_owned() });
    let chunks = bytes.chunks(100_000).map(|chunk| Frame::Chunk(chunk.to_vec()));
    let end = Frame::End(proto::UploadEnd { size_bytes: bytes.len().try_into().unwrap() });
    let frames = [header].into_iter().chain(chunks).chain(is_whole.then_some(end));
    frames.map(|frame| proto::UploadAttachmentRequest { frame: Some(frame) }).collect()
}

impl App {
    pub(crate) async fn upload(
        &self,
        user: Principal,
        name: &str,
        bytes: &[u8],
    ) -> Result<proto::Attachment, Failure> {
        let request = user.request(tokio_stream::iter(frames(name, bytes, true)));
        Ok(answer(self.files.clone().upload_attachment(request).await)?.attachment.unwrap())
    }

    pub(crate) async fn read_range(
        &self,
        url: &str,
        range: Option<(i64, i64)>,
    ) -> Result<(proto::FileHeader, Vec<u8>), Failure> {
        let ask = Address::read(url).ask(range);
        let mut stream = answer(self.files.clone().read_file(plain(ask)).await)?;
        let Some(Got::Header(header)) = stream.message().await.unwrap().unwrap().frame else {
            panic!("no header")
        };
        let mut bytes = Vec::new();
        while let Some(frame) = stream.message().await.unwrap() {
            let Some(Got::Chunk(chunk)) = frame.frame else { panic!("two headers") };
            assert!(chunk.len() <= 256 * 1024);
            bytes.extend(chunk);
        }
        Ok((header, bytes))
    }

    pub(crate) async fn read(&self, url: &str) -> Result<Vec<u8>, Failure> {
        Ok(self.read_range(url, None).await?.1)
    }

    async fn post_files(
        &self,
        user: Principal,
        place: &str,
        ids: &[&str],
    ) -> Result<proto::Message, Failure> {
        let mut request = message(place, "see this");
        request.attachment_ids = ids.iter().map(|id| (*id).to_owned()).collect();
        Ok(self.send(user, request).await?.message.unwrap())
    }

    pub(crate) async fn rows(&self, table: &str) -> i64 {
        let query = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        sqlx::query_scalar(query).fetch_one(&self.pool).await.unwrap()
    }
}

/// Red on the left and blue on the right.
fn picture(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, _| if x * 2 < width { Rgb([250, 0, 0]) } else { Rgb([0, 0, 250]) })
        .into()
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// EXIF as a telephone writes it: turned by 90 degrees, and where it was taken.
fn exif() -> Vec<u8> {
    let mut exif = b"MM\0*\0\0\0\x08\0\x02".to_vec();
    exif.extend_from_slice(b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0");
    exif.extend_from_slice(b"\x88\x25\0\x04\0\0\0\x01\0\0\0\x26");
    exif.extend_from_slice(b"\0\0\0\0");
    exif.extend_from_slice(b"\0\x01\0\x01\0\x02\0\0\0\x02N\0\0\0\0\0\0\0GPS 52.5200 N 13.4050 E");
    exif
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Each test runs for a folder and for a bucket.
macro_rules! in_each_place {
    ($($test:ident)*) => {
        in_each_place!(in_a_folder, Place::Folder, $($test)*);
        in_each_place!(in_a_bucket, Place::Bucket, $($test)*);
    };
    ($module:ident, $place:expr, $($test:ident)*) => {
        mod $module {
            use super::Place;

            $(#[tokio::test]
            async fn $test() {
                super::$test($place).await;
            })*
        }
    };
}

in_each_place! {
    a_photograph_is_turned_upright_and_tells_nothing_of_where_it_was_taken
    png_and_webp_lose_their_metadata_and_keep_their_pixels
    what_is_no_file_or_no_image_that_can_be_cleaned_is_refused_and_leaves_nothing
    an_upload_that_is_too_large_or_broken_off_leaves_nothing
    an_upload_is_posted_once_by_its_uploader_and_seen_by_members
    a_changed_or_old_address_is_refused_and_a_part_is_read_by_its_range
    unposted_uploads_die_after_a_day_and_replaced_pictures_too
    a_picture_is_an_image_used_once_and_the_one_before_goes_a_day_later
    files_are_kept_given_out_and_deleted
}

async fn a_photograph_is_turned_upright_and_tells_nothing_of_where_it_was_taken(place: Place) {
    let app = Keeper::start(place).await;
    let ada = app.person("ada").await;
    let mut sent = Vec::new();
    let mut encoder = JpegEncoder::new(&mut sent);
    encoder.set_exif_metadata(exif()).unwrap();
    picture(800, 600).write_with_encoder(encoder).unwrap();
    assert!(holds(&sent, "GPS 52.5200"));

    let kept = app.upload(ada, "holiday.jpg", &sent).await.unwrap();
    assert_eq!((kept.media_type.as_str(), kept.width, kept.height), ("image/jpeg", 600, 800));
    let bytes = app.read(&kept.url).await.unwrap();
    assert_eq!(bytes.len(), usize::try_from(kept.size_bytes).unwrap());
    assert!(!holds(&bytes, "GPS") && !holds(&bytes, "Exif"));
    let seen = image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg).unwrap().to_rgb8();
    // Turned to the right: what was left is on top.
    assert!(seen.get_pixel(300, 10)[0] > 200 && seen.get_pixel(300, 790)[2] > 200);
    let (header, small) = app.read_range(&kept.thumbnail_url, None).await.unwrap();
    assert_eq!(header.media_type, "image/jpeg");
    let small = image::load_from_memory(&small).unwrap();
    assert_eq!((small.width(), small.height()), (384, 512));
    // The file and its small picture; what was sent is gone.
    assert_eq!((app.objects().await.len(), app.rows("discarded_files").await), (2, 0));
}

async fn png_and_webp_lose_their_metadata_and_keep_their_pixels(place: Place) {
    let app = Keeper::start(place).await;
    let ada = app.person("ada").await;
    let image = picture(40, 20);
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif] {
        let mut sent = encoded(&image, format);
        match format {
            ImageFormat::WebP => {
                let mut encoder = Vec::new();
                let mut webp = image::codecs::webp::WebPEncoder::new_lossless(&mut encoder);
                webp.set_exif_metadata(b"MM\0*\0\0\0\x08\0\0secret".to_vec()).unwrap();
                image.write_with_encoder(webp).unwrap();
                sent = encoder;
            }
            _ => sent.extend_from_slice(b"<script>secret</script>"),
        }
        assert!(holds(&sent, "secret"), "{format:?}");
        let kept = app.upload(ada, "a", &sent).await.unwrap();
        assert_eq!((kept.width, kept.height), (40, 20), "{format:?}");
        let bytes = app.read(&kept.url).await.unwrap();
        assert!(!holds(&bytes, "secret"), "{format:?}");
        let seen = image::load_from_memory(&bytes).unwrap().to_rgb8();
        assert!(seen.get_pixel(1, 1)[0] > 200 && seen.get_pixel(38, 1)[2] > 200, "{format:?}");
        assert_eq!(app.read_range(&kept.thumbnail_url, None).await.unwrap().0.media_type, "image/png");
    }
}

async fn what_is_no_file_or_no_image_that_can_be_cleaned_is_refused_and_leaves_nothing(place: Place) {
    let app = Keeper::start(place).await;
    let ada = app.person("ada").await;
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec();
    let mut broken = encoded(&picture(64, 64), ImageFormat::Png);
    broken.truncate(60);
    for (bytes, code) in [
        (Vec::new(), "required"),
        (b"GIF89a\x01\0\x01\0=1;<script>alert(1)</script>".to_vec(), "invalid"),
        (broken, "invalid"),
        (heic, "invalid"),
        (bomb(), "too_large"),
    ] {
        let failure = app.upload(ada, "a.png", &bytes).await.unwrap_err();
        assert_eq!(failure.reason, Reason::ValidationFailed);
        assert_eq!((failure.fields[0].field.as_str(), failure.fields[0].code.as_str()), ("file", code));
    }
    let long = app.upload(ada, &"a".repeat(256), b"text").await.unwrap_err();
    assert_eq!(long.fields[0].code, "too_long");
    let counts = (app.objects().await, app.rows("attachments").await, app.rows("discarded_files").await);
    assert_eq!(counts, (Vec::new(), 0, 0));
}

/// A PNG of 10,000 times 10,000 pixels in a few bytes.
fn bomb() -> Vec<u8> {
    let mut png = encoded(&picture(1, 1), ImageFormat::Png);
    png[16..20].copy_from_slice(&10_000_u32.to_be_bytes());
    png[20..24].copy_from_slice(&10_000_u32.to_be_bytes());
    let sum = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    png
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |sum: u32, byte: &u8| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 },
        )
    };
    !bytes.iter().fold(u32::MAX, step)
}

async fn an_upload_that_is_too_large_or_broken_off_leaves_nothing(place: Place) {
    let app = Keeper::start(place).await;
    let ada = app.person("ada").await;
    // As large as may be, and one byte more.
    let largest = vec![1; 26_214_400];
    let kept = app.upload(ada, "largest.bin", &largest).await.unwrap();
    assert_eq!((kept.size_bytes, kept.media_type.as_str()), (26_214_400, "application/octet-stream"));
    assert!(app.read(&kept.url).await.unwrap() == largest);
    let too_large = app.upload(ada, "a", &[largest, vec![1]].concat()).await.unwrap_err();
    assert_eq!(too_large.reason, Reason::TooLarge);

    // Streams that end without saying so.
    for bytes in [vec![2; 3_000_000], encoded(&picture(900, 900), ImageFormat::Png)] {
        let unfinished = ada.request(tokio_stream::iter(frames("a", &bytes, false)));
        let failure = answer(app.files.clone().upload_attachment(unfinished).await).unwrap_err();
        assert_eq!(failure.reason, Reason::Malformed);
    }
    // A client that goes away in the middle.
    let (sender, receiver) = tokio::sync::mpsc::channel(100);
    // Enough that the first part is on its way.
    for frame in frames("a", &vec![3; 9_000_000], false) {
        sender.send(frame).await.unwrap();
    }
    let mut client = app.files.clone();
    let request = ada.request(tokio_stream::wrappers::ReceiverStream::new(receiver));
    let call = tokio::spawn(async move { client.upload_attachment(request).await.map(|_| ()) });
    eventually(SOON, || async { (app.objects().await.len() > 1).then_some(()) }).await.unwrap();
    call.abort();
    eventually(SOON, || async { (app.rows("discarded_files").await == 0).then_some(()) }).await.unwrap();
    drop(sender);
    assert_eq!((app.objects().await.len(), app.rows("attachments").await), (1, 1));
}

async fn an_upload_is_posted_once_by_its_uploader_and_seen_by_members(place: Place) {
    let app = Keeper::start(place).await;
    let (ada, bob, place) = app.direct().await;
    let eve = app.person("eve").await;
    let file = app.upload(ada, "C:\\notes.txt", b"hello").await.unwrap();
    assert_eq!((file.name.as_str(), file.media_type.as_str()), ("notes.txt", "text/plain"));
    let get = async |user: Principal| {
        let request = proto::GetAttachmentRequest { attachment_id: file.attachment_id.clone() };
        answer(app.files.clone().get_attachment(user.request(request)).await)
    };
    assert!(get(ada).await.is_ok());
    assert_eq!(get(bob).await.unwrap_err().reason, Reason::NotFound);
    let foreign = app.post_files(bob, &place, &[&file.attachment_id]).await.unwrap_err();
    assert_eq!(foreign.fields[0].code, "invalid");
    let posted = app.post_files(ada, &place, &[&file.attachment_id]).await.unwrap();
    assert_eq!(posted.attachments.len(), 1);
    assert_eq!(app.read(&posted.attachments[0].url).await.unwrap(), b"hello");
    assert_eq!(app.everything(bob, &place).await.last().unwrap().attachments[0].name, "notes.txt");
    assert!(get(bob).await.is_ok());
    assert_eq!(get(eve).await.unwrap_err().reason, Reason::NotFound);
    let again = app.post_files(ada, &place, &[&file.attachment_id]).await.unwrap_err();
    assert_eq!(again.reason, Reason::ValidationFailed);
}

async fn a_changed_or_old_address_is_refused_and_a_part_is_read_by_its_range(place: Place) {
    let clock = Arc::new(FakeClock::new(SystemClock.now()));
    let app = Keeper::start_at(place, clock.clone()).await;
    let ada = app.person("ada").await;
    let file = app.upload(ada, "a.bin", b"\x000123456789").await.unwrap();
    for (range, expected) in [((0, 0), &b"\0"[..]), ((1, 4), b"0123"), ((9, 99), b"89")] {
        let (header, bytes) = app.read_range(&file.url, Some(range)).await.unwrap();
        assert_eq!((header.size_bytes, bytes.as_slice()), (11, expected));
        assert_eq!(header.range.unwrap().first, range.0);
    }
    let (header, bytes) = app.read_range(&file.url, Some((11, 20))).await.unwrap();
    assert_eq!((header.size_bytes, header.range, bytes.len()), (11, None, 0));

    let mut later = Address::read(&file.url).ask(None);
    later.expires_at_unix += 1;
    let forged = answer(app.files.clone().read_file(plain(later)).await).unwrap_err();
    assert_eq!(forged.reason, Reason::Forbidden);
    clock.advance(Duration::from_secs(3600));
    assert_eq!(app.read(&file.url).await.unwrap_err().reason, Reason::Forbidden);
}

async fn unposted_uploads_die_after_a_day_and_replaced_pictures_too(place: Place) {
    let clock = Arc::new(FakeClock::new(SystemClock.now()));
    let app = Keeper::start_at(place, clock.clone()).await;
    let (ada, _, place) = app.direct().await;
    let unposted = app.upload(ada, "a.txt", b"waits").await.unwrap();
    let posted = app.upload(ada, "b.txt", b"stays").await.unwrap();
    app.post_files(ada, &place, &[&posted.attachment_id]).await.unwrap();
    clock.advance(Duration::from_secs(24 * 3600 + 1));
    let late = app.post_files(ada, &place, &[&unposted.attachment_id]).await.unwrap_err();
    assert_eq!(late.fields[0].code, "invalid");
    eventually(SOON, || async { (app.objects().await.len() == 1).then_some(()) }).await.unwrap();
    assert_eq!((app.rows("attachments").await, app.rows("discarded_files").await), (1, 0));
}

async fn a_picture_is_an_image_used_once_and_the_one_before_goes_a_day_later(place: Place) {
    let clock = Arc::new(FakeClock::new(SystemClock.now()));
    let app = Keeper::start_at(place, clock.clone()).await;
    let ada = app.person("ada").await;
    let use_picture = async |attachment_id: &str| {
        let request = proto::UsePictureRequest { attachment_id: attachment_id.to_owned() };
        answer(app.files.clone().use_picture(ada.request(request)).await)
    };
    let show = async |avatar_url: &str, version: i64| {
        let person = pulse_proto::common::v1::Person {
            user_id: ada.user_id.to_string(),
            username: "ada".to_owned(),
            display_name: "Ada".to_owned(),
            avatar_url: avatar_url.to_owned(),
        };
        let request = proto::ApplyPersonRequest { person: Some(person), version, ..Default::default() };
        app.graph.clone().apply_person(request).await.unwrap();
    };
    let read = async |url: &str| {
        let key = url.rsplit_once('/').unwrap().1.to_owned();
        let request = proto::ReadPictureRequest { key, range: None };
        answer(app.files.clone().read_picture(plain(request)).await).map(|_| ())
    };
    let text = app.upload(ada, "a.txt", b"no image").await.unwrap();
    assert_eq!(use_picture(&text.attachment_id).await.unwrap_err().fields[0].field, "avatar_attachment_id");
    let mut urls = Vec::new();
    for version in [2, 3] {
        let image = app.upload(ada, "a.png", &encoded(&picture(64, 64), ImageFormat::Png)).await.unwrap();
        urls.push(use_picture(&image.attachment_id).await.unwrap().avatar_url);
        assert_eq!(use_picture(&image.attachment_id).await.unwrap_err().reason, Reason::ValidationFailed);
        show(urls.last().unwrap(), version).await;
    }
    assert!(urls.iter().all(|url| url.starts_with(&format!("{PUBLIC_URL}/v1/pictures/"))));
    assert!(read(&urls[0]).await.is_ok() && read(&urls[1]).await.is_ok());
    clock.advance(Duration::from_secs(24 * 3600 + 1));
    eventually(SOON, || async { read(&urls[0]).await.err() }).await.unwrap();
    assert!(read(&urls[1]).await.is_ok());
    assert_eq!(read("/never").await.unwrap_err().reason, Reason::NotFound);
}

/// Small ones, those in several parts, images, ranges, and forgetting.
async fn files_are_kept_given_out_and_deleted(place: Place) {
    let app = Keeper::start(place).await;
    let (ada, _, place) = app.direct().await;
    let large: Vec<u8> = (0..12_000_000_u32).map(|place| place.to_le_bytes()[1]).collect();
    let image = encoded(&picture(600, 300), ImageFormat::Png);
    let mut files = Vec::new();
    for (name, bytes) in [("a.txt", b"hello".as_slice()), ("b.bin", &large), ("c.png", &image)] {
        files.push(app.upload(ada, name, bytes).await.unwrap());
    }
    assert_eq!(app.read(&files[0].url).await.unwrap(), b"hello");
    assert!(app.read(&files[1].url).await.unwrap() == large);
    let (header, part) = app.read_range(&files[1].url, Some((6_000_000, 6_000_099))).await.unwrap();
    assert_eq!((header.size_bytes, part.as_slice()), (12_000_000, &large[6_000_000..6_000_100]));
    let (header, part) = app.read_range(&files[1].url, Some((12_000_000, 12_000_010))).await.unwrap();
    assert_eq!((header.range, part.len()), (None, 0));
    let small = image::load_from_memory(&app.read(&files[2].thumbnail_url).await.unwrap()).unwrap();
    assert_eq!((small.width(), small.height()), (512, 256));
    let unfinished = ada.request(tokio_stream::iter(frames("a", &large, false)));
    let failure = answer(app.files.clone().upload_attachment(unfinished).await).unwrap_err();
    assert_eq!(failure.reason, Reason::Malformed);
    // Two objects of the image, and nothing of what was broken off after two parts.
    assert_eq!(app.objects().await.len(), 4);

    let ids: Vec<&str> = files.iter().map(|file| file.attachment_id.as_str()).collect();
    let posted = app.post_files(ada, &place, &ids).await.unwrap();
    assert_eq!(posted.attachments.len(), 3);
    let erase = proto::ErasePersonRequest { user_id: ada.user_id.to_string(), erase_messages: true };
    eventually(SOON, || async { app.privacy.clone().erase_person(erase.clone()).await.ok() }).await.unwrap();
    assert_eq!(app.read(&files[0].url).await.unwrap_err().reason, Reason::NotFound);
    eventually(SOON, || async { (app.rows("discarded_files").await == 0).then_some(()) }).await.unwrap();
    assert_eq!((app.rows("attachments").await, app.objects().await), (0, Vec::new()));
}
