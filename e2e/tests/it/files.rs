//! Files over HTTP, as browsers send and read them.

use std::io::{Cursor, Read as _};
use std::path::Path;

use anyhow::Context as _;
use pulse_client::{Attachment, Export, NewConversation, NewMessage, SignedIn};
use pulse_testkit::Stack;
use reqwest::header::{HeaderMap, HeaderName};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::people::{gateway_url, pair, until};

const BOUNDARY: &str = "xXx-boundary-xXx";
/// Where a photograph was taken.
const PLACE: &[u8] = b"GPS 52.5200 N 13.4050 E";

fn form(name: &str, bytes: &[u8]) -> Vec<u8> {
    let disposition = format!("Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"");
    // Whatever the client says of the type.
    let head = format!("--{BOUNDARY}\r\n{disposition}\r\nContent-Type: image/png\r\n\r\n");
    [head.as_bytes(), bytes, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat()
}

fn http() -> anyhow::Result<reqwest::Client> {
    Ok(reqwest::Client::builder().no_proxy().build()?)
}

/// Sends a file to the gateway with this url; status and JSON.
async fn send(url: &str, who: &SignedIn, name: &str, bytes: &[u8]) -> anyhow::Result<(StatusCode, Value)> {
    let request = http()?.post(format!("{url}/v1/attachments")).bearer_auth(&who.session.access_token);
    let request = request.header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
    let response = request.body(form(name, bytes)).send().await?;
    Ok((response.status(), response.json().await?))
}

async fn upload(url: &str, who: &SignedIn, name: &str, bytes: &[u8]) -> anyhow::Result<Attachment> {
    let (status, body) = send(url, who, name, bytes).await?;
    anyhow::ensure!(status == 201, "{status} {body}");
    Ok(serde_json::from_value(body)?)
}

async fn ask(method: Method, url: &str, headers: &[(&str, &str)]) -> anyhow::Result<Response> {
    let request = http()?.request(method, url);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    Ok(request.send().await?)
}

async fn get(url: &str) -> anyhow::Result<Response> {
    ask(Method::GET, url, &[]).await
}

async fn bytes(url: &str) -> anyhow::Result<Vec<u8>> {
    Ok(get(url).await?.error_for_status()?.bytes().await?.to_vec())
}

fn header(headers: &HeaderMap, name: &'static str) -> String {
    let value = headers.get(HeaderName::from_static(name)).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

fn crc32(bytes: &[u8]) -> u32 {
    let shift = |sum: u32| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 };
    !bytes.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), |sum, _| shift(sum)))
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [kind.as_slice(), data].concat();
    let length = u32::try_from(data.len()).expect("short");
    [&length.to_be_bytes(), named.as_slice(), &crc32(&named).to_be_bytes()].concat()
}

/// A red PNG that says it has these sides, has 16 rows of 16, and tells where it was taken.
fn png(width: u32, height: u32) -> Vec<u8> {
    let pixels: Vec<u8> = (0..16).flat_map(|_| [vec![0], [250, 0, 0].repeat(16)].concat()).collect();
    let sum = pixels.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65521;
        (a, (b + a) % 65521)
    });
    // A zlib stream of one stored block.
    let length = u16::try_from(pixels.len()).expect("short");
    let mut stream = vec![0x78, 0x01, 0x01];
    stream.extend([length.to_le_bytes(), (!length).to_le_bytes()].concat());
    stream.extend([&pixels, (sum.1 << 16 | sum.0).to_be_bytes().as_slice()].concat());
    let sides = [width.to_be_bytes(), height.to_be_bytes()].concat();
    let exif = [b"MM\0*\0\0\0\x08\0\0\0\0\0\0".as_slice(), PLACE].concat();
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &[sides.as_slice(), &[8, 2, 0, 0, 0]].concat()),
        chunk(b"eXIf", &exif),
        chunk(b"IDAT", &stream),
        chunk(b"IEND", &[]),
    ]
    .concat()
}

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

/// All that stands in the store of files.
fn stored(stack: &Stack) -> anyhow::Result<Vec<Vec<u8>>> {
    fn read(folder: &Path, found: &mut Vec<Vec<u8>>) -> anyhow::Result<()> {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                read(&path, found)?;
            } else if let Ok(bytes) = std::fs::read(&path) {
                found.push(bytes);
            }
        }
        Ok(())
    }
    let mut found = Vec::new();
    read(&stack.data_dir().join("files"), &mut found)?;
    Ok(found)
}

#[tokio::test]
async fn a_file_is_posted_and_read_by_ranges_by_who_has_its_address() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let url = gateway_url(&pair.stack, 0)?;
    let data: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    let file = upload(&url, &pair.ada, "Motor \u{fc}.bin", &data).await?;
    let mut message = NewMessage::new("see this");
    message.attachment_ids = vec![file.id];
    pair.ada.send(pair.chat.id, &message).await?;
    let seen = pair.grace.history(pair.chat.id).await?;
    let seen = seen.last().and_then(|message| message.attachments.first()).context("no file")?;

    let whole = get(&seen.url).await?;
    let headers = whole.headers().clone();
    assert_eq!((whole.status().as_u16(), header(&headers, "content-length").as_str()), (200, "300000"));
    assert_eq!(header(&headers, "accept-ranges"), "bytes");
    assert!(header(&headers, "content-disposition").ends_with("filename*=UTF-8''Motor%20%C3%BC.bin"));
    assert!(header(&headers, "cache-control").starts_with("private, max-age="));
    assert!(whole.bytes().await? == data);
    let tag = header(&headers, "etag");
    for (range, first, last) in [
        ("bytes=0-0", 0, 0),
        ("bytes=100-299", 100, 299),
        ("bytes=299990-", 299_990, 299_999),
        ("bytes=-5", 299_995, 299_999),
        ("bytes=299999-999999", 299_999, 299_999),
    ] {
        let part = ask(Method::GET, &seen.url, &[("range", range), ("if-range", &tag)]).await?;
        assert_eq!(part.status(), 206, "{range}");
        assert_eq!(header(part.headers(), "content-range"), format!("bytes {first}-{last}/300000"));
        assert!(part.bytes().await? == data[first..=last], "{range}");
    }
    let beyond = ask(Method::GET, &seen.url, &[("range", "bytes=300000-")]).await?;
    assert_eq!(beyond.status(), 416);
    assert_eq!(header(beyond.headers(), "content-range"), "bytes */300000");
    let head = ask(Method::HEAD, &seen.url, &[]).await?;
    assert_eq!((head.status().as_u16(), header(head.headers(), "content-length").as_str()), (200, "300000"));
    let known = ask(Method::GET, &seen.url, &[("if-none-match", &tag)]).await?;
    assert_eq!((known.status().as_u16(), known.bytes().await?.len()), (304, 0));

    // Nobody makes an address longer-lived, or one of another file.
    let other = upload(&url, &pair.ada, "b.txt", b"other").await?;
    let (path, query) = seen.url.split_once('?').context("no signature")?;
    let expires: i64 =
        query.split('&').find_map(|part| part.strip_prefix("expires=")?.parse().ok()).context("no end")?;
    let later = seen.url.replace(&expires.to_string(), &(expires + 1).to_string());
    let past = seen.url.replace(&expires.to_string(), "1000000000");
    let elsewhere = seen.url.replace(&file.id.to_string(), &other.id.to_string());
    let small = format!("{path}?thumbnail=true&{query}");
    for changed in [later, past, elsewhere, small, path.to_owned()] {
        let refused = get(&changed).await?;
        assert_eq!(refused.status(), 403, "{changed}");
        assert_eq!(refused.json::<Value>().await?["code"], "forbidden");
    }
    Ok(())
}

#[tokio::test]
async fn nothing_acts_as_a_page_of_ours_and_pictures_tell_no_place() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let url = gateway_url(&pair.stack, 0)?;
    for (name, data) in [
        ("a.html", b"<!doctype html><script>alert(1)</script>".as_slice()),
        ("a.png", b"<html><body onload=alert(1)>"),
        ("a.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"),
        ("a.xml", b"<?xml version=\"1.0\"?><x/>"),
        ("a.pdf", b"%PDF-1.7\n<script>alert(1)</script>"),
        ("\u{feff}a.js", b"\xef\xbb\xbfalert(1)"),
    ] {
        let file = upload(&url, &pair.ada, name, data).await?;
        let answer = get(&file.url).await?;
        let headers = answer.headers().clone();
        assert!(header(&headers, "content-disposition").starts_with("attachment;"), "{name} {headers:?}");
        assert_eq!(header(&headers, "x-content-type-options"), "nosniff");
        let policy = header(&headers, "content-security-policy");
        assert!(policy.contains("sandbox") && policy.contains("default-src 'none'"), "{policy}");
        assert_eq!(answer.bytes().await?, data, "{name}");
    }

    // Also a page, for whoever reads on behind the picture.
    let page = b"<script>alert(1)</script>";
    let sent = [png(16, 16), page.to_vec()].concat();
    assert!(holds(&sent, PLACE));
    let picture = upload(&url, &pair.ada, "a.png", &sent).await?;
    assert_eq!(
        (picture.media_type.as_str(), picture.width, picture.height),
        ("image/png", Some(16), Some(16))
    );
    for address in [&picture.url, picture.thumbnail_url.as_ref().context("no small picture")?] {
        let answer = get(address).await?;
        assert_eq!(header(answer.headers(), "content-type"), "image/png");
        assert!(header(answer.headers(), "content-disposition").starts_with("inline;"));
        assert!(header(answer.headers(), "content-security-policy").contains("sandbox"));
        let seen = answer.bytes().await?;
        assert!(!holds(&seen, PLACE) && !holds(&seen, b"eXIf") && !holds(&seen, page));
    }
    assert!(!stored(&pair.stack)?.iter().any(|kept| holds(kept, PLACE)), "also not what was sent");

    for (data, code) in [
        (png(20_000, 20_000), "too_large"),
        (b"GIF89a\x01\0\x01\0=1;<script>alert(1)</script>".to_vec(), "invalid"),
    ] {
        let (status, problem) = send(&url, &pair.ada, "a.png", &data).await?;
        assert_eq!((status.as_u16(), &problem["errors"][0]["code"]), (422, &json!(code)), "{problem}");
    }
    Ok(())
}

/// The most memory that a process has had, in bytes.
fn peak_bytes(pid: u32) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no peak")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
}

#[tokio::test]
async fn large_files_pass_through_and_nothing_stays_of_broken_ones() -> anyhow::Result<()> {
    const MOST: usize = 40_000_000;
    let pair = pair(&[("PULSE_MESSAGES_ATTACHMENT_MAX_BYTES", "40000000")]).await?;
    let url = gateway_url(&pair.stack, 0)?;
    let gateway = pair.stack.description()?.gateways[0].pid;
    upload(&url, &pair.ada, "warm.bin", &vec![1; 1_000_000]).await?;
    let before = peak_bytes(gateway)?;
    let largest = vec![2; MOST];
    let file = upload(&url, &pair.ada, "largest.bin", &largest).await?;
    let address = file.url.replace(&pair.stack.description()?.url, &url);
    assert!(bytes(&address).await? == largest);
    let (status, problem) = send(&url, &pair.ada, "a.bin", &vec![3; MOST + 1]).await?;
    assert_eq!((status.as_u16(), &problem["code"]), (413, &json!("too_large")), "{problem}");
    let (status, _) = send(&url, &pair.ada, "a.bin", &vec![3; MOST + 1_000_000]).await?;
    assert_eq!(status, 413);
    let grown = peak_bytes(gateway)?.saturating_sub(before);
    assert!(grown < 20_000_000, "the gateway grew by {grown} bytes");

    // A client that goes away in the middle.
    let whole = form("a.bin", &vec![4; 9_000_000]);
    let head = format!(
        "POST /v1/attachments HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
         Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {}\r\n\r\n",
        pair.ada.session.access_token,
        whole.len()
    );
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).await?;
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&whole[..7_000_000]).await?;
    until(async || Ok(stored(&pair.stack)?.len() > 2)).await?;
    drop(stream);
    until(async || Ok(stored(&pair.stack)?.len() == 2)).await?;
    Ok(())
}

#[tokio::test]
async fn pictures_are_shown_files_exported_and_all_is_gone_after_an_erasure() -> anyhow::Result<()> {
    let pair = pair(&[]).await?;
    let (ada, grace) = (&pair.ada, &pair.grace);
    let url = gateway_url(&pair.stack, 0)?;
    let mut addresses = Vec::new();
    let mine = upload(&url, ada, "me.png", &png(16, 16)).await?;
    let change = json!({ "avatar_attachment_id": mine.id });
    let (status, me) = ada.raw(Method::PATCH, "/v1/me", Some(&change)).await?;
    assert_eq!(status, 200, "{me}");
    addresses.push(me["avatar_url"].as_str().context("no picture")?.to_owned());
    let (status, _) = grace.raw(Method::PATCH, "/v1/me", Some(&change)).await?;
    assert_eq!(status, 422, "it is not hers, and used");
    let (_, seen) = grace.raw(Method::GET, &format!("/v1/users/{}", ada.user_id()), None).await?;
    assert_eq!(seen["avatar_url"], json!(addresses[0]));

    let (group, _) = ada.create(&NewConversation::group(None, vec![grace.user_id()])).await?;
    let ours = upload(&url, ada, "us.png", &png(16, 16)).await?;
    let change = json!({ "avatar_attachment_id": ours.id });
    let path = format!("/v1/conversations/{}", group.id);
    let (status, group) = ada.raw(Method::PATCH, &path, Some(&change)).await?;
    assert_eq!(status, 200, "{group}");
    let shown = group["avatar_url"].as_str().context("no picture")?.to_owned();
    for address in [&addresses[0], &shown] {
        let picture = get(address).await?;
        assert_eq!(
            (picture.status().as_u16(), header(picture.headers(), "content-type").as_str()),
            (200, "image/png")
        );
        assert_eq!(header(picture.headers(), "cache-control"), "public, max-age=31536000, immutable");
    }

    let secret = b"a diary of a bird of Qaanaaq";
    let diary = upload(&url, ada, "diary.txt", secret).await?;
    let mut message = NewMessage::new("read it");
    message.attachment_ids = vec![diary.id];
    ada.send(pair.chat.id, &message).await?;
    let unposted = upload(&url, ada, "draft.txt", b"unposted words").await?;
    addresses.extend([diary.url, unposted.url]);
    let hers = upload(&url, grace, "hers.txt", b"what stays").await?;

    let export_id = ada.start_export().await?;
    let mut archive = Vec::new();
    until(async || {
        let Export::Ready(bytes) = ada.export(export_id).await? else { return Ok(false) };
        archive = bytes;
        Ok(true)
    })
    .await?;
    let mut zip = zip::ZipArchive::new(Cursor::new(archive))?;
    let mut found = Vec::new();
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index)?;
        let mut content = Vec::new();
        entry.read_to_end(&mut content)?;
        found.push((entry.name().to_owned(), content));
    }
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    for wanted in [secret.as_slice(), b"unposted words", &bytes(&addresses[0]).await?] {
        assert!(found.iter().any(|(_, content)| content == wanted), "{names:?}");
    }
    assert!(!found.iter().any(|(_, content)| holds(content, b"what stays")), "it is hers");

    assert!(stored(&pair.stack)?.iter().any(|kept| holds(kept, secret)));
    ada.delete_me(Some("ada keeps a long secret"), None, true).await?;
    for address in &addresses {
        until(async || Ok(get(address).await?.status() == 404)).await?;
    }
    // What stays is hers, and the picture of the group that lives on.
    until(async || {
        Ok(!stored(&pair.stack)?.iter().any(|kept| holds(kept, secret) || holds(kept, b"unposted")))
    })
    .await?;
    assert_eq!(bytes(&hers.url).await?, b"what stays");
    Ok(())
}
