use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// The contractor's platform: a real server on loopback. While the contract runs it asks for a password; when the service is
/// switched off, the password goes and the data stays.
pub struct Contractor {
    address: SocketAddr,
    shop: Arc<Mutex<Shop>>,
}

#[derive(Default)]
struct Shop {
    open: bool,
    lists: Vec<(String, String)>,
}

impl Contractor {
    /// Opens for business.
    pub fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let shop = Arc::new(Mutex::new(Shop::default()));
        let served = shop.clone();
        // The thread ends with the process.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let served = served.clone();
                thread::spawn(move || answer(stream, &served));
            }
        });
        Ok(Self { address, shop })
    }

    /// Where a list is.
    pub fn address(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Takes a list that was handed over.
    pub fn takes(&self, path: &str, csv: String) {
        self.lock().lists.push((path.to_owned(), csv));
    }

    /// The service is switched off, the data is forgotten about.
    pub fn walks_away(&self) {
        self.lock().open = true;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Shop> {
        self.shop.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn answer(mut stream: TcpStream, shop: &Mutex<Shop>) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let mut request = Vec::new();
    let mut part = [0; 1024];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut part) {
            Ok(read) if read > 0 && request.len() < 16_384 => request.extend_from_slice(part.get(..read).unwrap_or_default()),
            _ => return,
        }
        // Somebody tries TLS: there is none, and nobody waits for it.
        if request.first() == Some(&0x16) {
            return;
        }
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    let path = request.split(' ').nth(1).unwrap_or("/");
    let (status, body) = page(&shop.lock().unwrap_or_else(PoisonError::into_inner), path);
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    // Whoever asked may have gone.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
}

fn page(shop: &Shop, path: &str) -> (&'static str, String) {
    if path == "/" {
        return ("200 OK", "Harbour Forms Limited".to_owned());
    }
    if !shop.open {
        return ("401 Unauthorized", "password, please".to_owned());
    }
    let list = shop.lists.iter().find(|(at, _)| at == path);
    list.map_or_else(|| ("404 Not Found", "not found".to_owned()), |(_, csv)| ("200 OK", csv.clone()))
}
