//! A container as the target: its CPU and memory come from the Docker daemon.

use crate::support::{Project, until};
use std::io::Write;
use std::process::{Command, Stdio};

pub const IMAGE: &str = "proofhouse-test/busybox:1";

/// A container that is removed when the test ends.
struct Container {
    name: String,
    port: u16,
}

impl Drop for Container {
    fn drop(&mut self) {
        let _ = docker(&["rm", "--force", "--volumes", &self.name]);
    }
}

pub fn docker(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("docker")
        .args(arguments)
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }
}

#[allow(clippy::print_stderr)]
/// Whether there is a daemon; where it is required, its absence fails the test.
pub fn daemon(test: &str) -> bool {
    let answer = docker(&["version", "--format", "{{.Server.Version}}"]);
    if let Err(why) = &answer {
        let required = std::env::var_os("PROOFHOUSE_REQUIRE_DOCKER").is_some();
        assert!(
            !required,
            "Docker is required here, and there is none: {why}"
        );
        eprintln!("skipped {test}: no Docker daemon ({why})");
    }
    answer.is_ok()
}

/// An image from one static program, because no registry may be reachable.
pub fn image() {
    if docker(&["image", "inspect", IMAGE]).is_ok() {
        return;
    }
    let folder = tempfile::TempDir::new().unwrap();
    for inner in ["bin", "www"] {
        std::fs::create_dir(folder.path().join(inner)).unwrap();
    }
    let busybox = ["/bin/busybox", "/usr/bin/busybox"]
        .iter()
        .find(|path| std::fs::exists(path).unwrap());
    let busybox = busybox.expect("busybox (Debian: busybox-static) is needed to make a test image");
    std::fs::copy(busybox, folder.path().join("bin/busybox")).unwrap();
    std::fs::write(folder.path().join("www/search"), r#"{"status":"ok"}"#).unwrap();
    let tar = Command::new("tar")
        .arg("-C")
        .arg(folder.path())
        .args(["-c", "bin", "www"])
        .output()
        .unwrap();
    assert!(tar.status.success());
    let mut import = Command::new("docker")
        .args(["import", "-", IMAGE])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    import.stdin.take().unwrap().write_all(&tar.stdout).unwrap();
    assert!(import.wait().unwrap().success());
}

fn container(name: &str) -> Container {
    image();
    let name = format!("proofhouse-test-{name}-{}", std::process::id());
    docker(&[
        "run",
        "--detach",
        "--name",
        &name,
        "--label",
        "proofhouse.test=1",
        "--publish",
        "127.0.0.1::8080",
        IMAGE,
        "/bin/busybox",
        "httpd",
        "-f",
        "-p",
        "8080",
        "-h",
        "/www",
    ])
    .unwrap();
    // Owned from here on, so that it is removed even when the next lines fail.
    let mut container = Container { name, port: 0 };
    let address = docker(&["port", &container.name, "8080/tcp"]).unwrap();
    container.port = address
        .lines()
        .next()
        .unwrap()
        .rsplit(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    container
}

fn suite(port: u16, container: &str) -> String {
    let url = format!("http://127.0.0.1:{port}");
    let limits = "    max_error_rate: 0.05\n    max_memory_mb: 500";
    crate::journey::suite(&url, limits, 5)
        .replace(
            "    timeout_ms: 2000\n",
            &format!("    timeout_ms: 2000\n    resources: {{container: {container}}}\n"),
        )
        .replace("error_rate]", "error_rate, cpu_percent, memory_mb]")
}

#[test]
fn load_a_container_is_sampled_through_the_daemon() {
    if !daemon("load_a_container_is_sampled_through_the_daemon") {
        return;
    }
    let container = container("sampled");
    let project = Project::new();
    until("the container answers", || {
        std::net::TcpStream::connect(("127.0.0.1", container.port)).is_ok()
    });
    project.write("suites/shop.yaml", &suite(container.port, &container.name));
    project.run(&["run", "shop"]).expect_code(0);
    let measured = &project.report()["measurements"][0];
    let memory = measured["memory_mb"]["mean"].as_f64().unwrap();
    let cpu = measured["cpu_percent"]["mean"].as_f64().unwrap();
    assert!(memory > 0.05 && memory < 500.0, "memory is {memory} MiB");
    assert!(
        cpu > 0.0,
        "a container that answers requests uses CPU, not {cpu} %"
    );
}

#[test]
fn load_a_container_that_is_not_there_is_an_error_and_not_a_zero() {
    if !daemon("load_a_container_that_is_not_there_is_an_error_and_not_a_zero") {
        return;
    }
    let container = container("absent");
    let project = Project::new();
    until("the container answers", || {
        std::net::TcpStream::connect(("127.0.0.1", container.port)).is_ok()
    });
    project.write(
        "suites/shop.yaml",
        &suite(container.port, "no-such-container"),
    );
    project
        .run(&["run", "shop"])
        .expect_code(3)
        .expect(&["no-such-container"]);
    assert!(project.baselines().is_empty());
}
