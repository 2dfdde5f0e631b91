//! Forms with a file: what is kept, what is refused, and in whose words.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use webkit::{FileFlaw, FileKind, texts};

use crate::actors::{Answer, get_page, send};

/// The face of these tests takes files of this many bytes.
pub const FILE_MAX_BYTES: usize = 4096;

const PDF: &[u8] = b"%PDF-1.7 short";

async fn post(parts: &[(&str, &[u8])], token: &str) -> Answer {
    let field = format!("Content-Disposition: form-data; name=\"_token\"\r\n\r\n{token}");
    let mut body = format!("--XX\r\n{field}\r\n").into_bytes();
    for (head, content) in parts {
        body.extend(format!("--XX\r\nContent-Disposition: form-data; {head}\r\n\r\n").into_bytes());
        body.extend_from_slice(content);
        body.extend(b"\r\n");
    }
    body.extend(b"--XX--\r\n");
    post_bytes(body).await
}

async fn post_bytes(body: Vec<u8>) -> Answer {
    let request = Request::post("/en/file").header("content-type", "multipart/form-data; boundary=XX");
    send(request.body(Body::from(body)).unwrap()).await
}

async fn token() -> String {
    get_page("/en/token", &[]).await.body
}

const CHOSEN: &str = "name=\"file\"; filename=\"a.exe\"";

#[tokio::test]
async fn a_file_and_fields_come_apart_whatever_the_order() {
    let token = token().await;
    let note = ("name=\"note\"", b"1\r\n2".as_slice());
    let tricky = b"%PDF-1.4 \x00\r\n--X\xff\r\n--XY";
    for parts in [vec![note, (CHOSEN, tricky.as_slice())], vec![(CHOSEN, tricky.as_slice()), note]] {
        let answer = post(&parts, &token).await;
        assert_eq!(answer.body, format!("1\r\n2|Ok({})", tricky.len()));
    }
    let nothing = post(&[note, ("name=\"file\"; filename=\"\"", b"")], &token).await;
    assert_eq!(nothing.body, "1\r\n2|none");
}

#[tokio::test]
async fn a_file_is_told_by_its_content_and_its_size() {
    let token = token().await;
    let large = [PDF, &vec![b'x'; FILE_MAX_BYTES]].concat();
    for (content, said) in [
        (b"".as_slice(), "Err(Empty)"),
        (b"MZ not a document", "Err(WrongKind(Pdf))"),
        (&large, "Err(TooLarge { limit_bytes: 4096 })"),
    ] {
        let answer = post(&[("name=\"note\"", b"kept"), (CHOSEN, content)], &token).await;
        assert_eq!((answer.status, answer.body), (StatusCode::OK, format!("kept|{said}")));
    }
}

#[tokio::test]
async fn a_form_with_a_file_needs_its_token_and_has_an_end() {
    let file = [(CHOSEN, PDF)];
    assert_eq!(post(&file, "1.AAAA").await.status, StatusCode::FORBIDDEN);
    let token = token().await;
    let text = vec![b'x'; 1024 * 1024 + 1];
    let long = post(&[("name=\"note\"", &text)], &token).await;
    assert_eq!(long.status, StatusCode::PAYLOAD_TOO_LARGE);
    let many = vec![("name=\"note\"", b"".as_slice()); 2001];
    assert_eq!(post(&many, &token).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let endless = post_bytes(vec![b'x'; 33 * 1024 * 1024]).await;
    assert_eq!(endless.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(endless.body.contains("That is too large"), "{}", endless.body);
}

#[tokio::test]
async fn a_body_that_is_cut_or_no_form_is_not_read() {
    let token = token().await;
    let whole = format!("--XX\r\nContent-Disposition: form-data; name=\"_token\"\r\n\r\n{token}\r\n--XX--\r\n");
    assert_eq!(post_bytes(whole.clone().into_bytes()).await.body, "|none");
    for cut in [0, 10, 60, whole.len() - 6] {
        assert_eq!(post_bytes(whole.as_bytes()[..cut].to_vec()).await.status, StatusCode::BAD_REQUEST, "{cut}");
    }
    let request = Request::post("/en/file").header("content-type", "text/plain");
    assert_eq!(send(request.body(Body::from("x")).unwrap()).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let plain = crate::actors::post_form("/en/file", &[], &format!("_token={token}&note=n")).await;
    assert_eq!(plain.body, "n|none");
}

#[test]
fn what_is_wrong_is_said_in_three_languages() {
    let sentence = |flaw: FileFlaw, language| flaw.sentence(&texts(language));
    let large = FileFlaw::TooLarge { limit_bytes: 10 * 1024 * 1024 };
    assert_eq!(sentence(large, kernel::Language::En), "The file is larger than 10 MB. Choose a smaller one.");
    assert_eq!(sentence(large, kernel::Language::ZhHant), "檔案超過 10 MB，請選擇較小的檔案。");
    for flaw in [FileFlaw::Empty, large, FileFlaw::WrongKind(FileKind::Pdf), FileFlaw::WrongKind(FileKind::Text)] {
        let said = kernel::Language::ALL.map(|language| sentence(flaw, language));
        assert!(said.iter().all(|text| text.chars().count() > 8) && said[1] != said[2], "{said:?}");
    }
}
