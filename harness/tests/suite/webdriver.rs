//! A headless Chromium under chromedriver, spoken to in plain WebDriver; both end with the test.

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Generous: two loaded cores start a browser slowly.
const PATIENCE: Duration = Duration::from_secs(90);
const SKIP: &str = "chromium and chromedriver are not both on the PATH";

/// Ended with the test.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// One browser window.
pub struct Browser {
    session: String,
    http: reqwest::Client,
    runtime: tokio::runtime::Runtime,
    _profile: tempfile::TempDir,
    _driver: Driver,
}

fn on_path(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|folder| folder.join(program).is_file())
}

impl Browser {
    /// A window, or `None` where there is no Chromium: an error where everything is required.
    pub fn open(test: &str) -> Option<Self> {
        if !on_path("chromium") || !on_path("chromedriver") {
            let required = std::env::var_os("PROOFHOUSE_REQUIRE_DOCKER").is_some();
            assert!(!required, "{SKIP}");
            let _ = writeln!(std::io::stderr(), "skipped {test}: {SKIP}");
            return None;
        }
        let (driver, port) = start();
        let profile = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(PATIENCE)
            .build()
            .unwrap();
        let mut browser = Self {
            session: format!("http://127.0.0.1:{port}/session"),
            http,
            runtime,
            _profile: profile,
            _driver: driver,
        };
        let wanted = capabilities(browser._profile.path().to_str().unwrap());
        let made = browser.post("", &json!({"capabilities": {"alwaysMatch": wanted}}));
        let id = made["sessionId"].as_str().unwrap();
        browser.session = format!("{}/{id}", browser.session);
        // The browser's own first page asks for much; none of it is the test's.
        browser.visit("about:blank");
        browser.said_and_asked();
        Some(browser)
    }

    /// Loads a page and waits for it.
    pub fn visit(&self, url: &str) {
        self.post("/url", &json!({"url": url}));
    }

    /// What a script returns. It runs outside of the page's own policy.
    pub fn run(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({"script": script, "args": []}))
    }

    /// Light or dark, so many CSS pixels wide.
    pub fn look(&self, scheme: &str, width: u32) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.devtools("Emulation.setEmulatedMedia", json!({"features": features}));
        let size = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", size);
    }

    /// A picture of the whole page, PNG in base64.
    pub fn picture(&self) -> String {
        let whole = json!({"format": "png", "captureBeyondViewport": true});
        let picture = self.devtools("Page.captureScreenshot", whole);
        picture["data"].as_str().unwrap().to_owned()
    }

    /// What the console said, and every address that was asked for, since the last call.
    pub fn said_and_asked(&self) -> (Vec<String>, Vec<String>) {
        let said = self.log("browser").into_iter();
        let said = said.map(|line| line["message"].as_str().unwrap().to_owned());
        let asked = self.log("performance").into_iter().filter_map(|line| {
            let told: Value = serde_json::from_str(line["message"].as_str()?).ok()?;
            let method = told["message"]["method"].as_str()?;
            let url = told["message"]["params"]["request"]["url"].as_str()?;
            // No page can ask for the browser's own parts; its first page may still be busy with them.
            let sent = method == "Network.requestWillBeSent" && !url.starts_with("chrome://");
            sent.then(|| url.to_owned())
        });
        (said.collect(), asked.collect())
    }

    fn log(&self, kind: &str) -> Vec<Value> {
        let lines = self.post("/se/log", &json!({"type": kind}));
        lines.as_array().unwrap().clone()
    }

    fn devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({"cmd": command, "params": parameters});
        self.post("/goog/cdp/execute", &body)
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let call = self.http.post(format!("{}{path}", self.session)).json(body);
        let mut answer: Value = self
            .runtime
            .block_on(async { call.send().await.unwrap().json().await.unwrap() });
        assert!(answer["value"].get("error").is_none(), "{path}: {answer}");
        answer["value"].take()
    }
}

impl Drop for Browser {
    /// Asks the window to close, so that nothing of it outlives its driver.
    fn drop(&mut self) {
        let call = self.http.delete(&self.session);
        // A request finds its runtime when it is sent, not when it is waited for.
        let _ = self.runtime.block_on(async { call.send().await });
    }
}

/// Starts the driver on a port of its own choice, which it tells.
fn start() -> (Driver, u16) {
    let mut child = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let driver = Driver(child);
    let port = lines.find_map(|line| {
        let (_, rest) = line.split_once("started successfully on port ")?;
        rest.trim_end_matches('.').parse().ok()
    });
    // The pipe stays open, or the driver would die of its own next line.
    std::thread::spawn(move || lines.for_each(drop));
    (driver, port.unwrap())
}

/// Chromium that reaches nothing at all. It runs without its sandbox because build machines run as root.
fn capabilities(profile: &str) -> Value {
    json!({
        "browserName": "chrome",
        "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        "goog:chromeOptions": {"args": [
            "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run",
            "--hide-scrollbars", "--disable-background-networking", "--disable-component-update",
            "--no-proxy-server", "--host-resolver-rules=MAP * ~NOTFOUND", "--window-size=1280,900",
            "--lang=en-GB", format!("--user-data-dir={profile}"),
        ]},
    })
}
