//! The engine against small servers: whole scenarios, short ones.
#![allow(clippy::unwrap_used)]

use super::scene::*;
use super::{Beside, SampleFrom};
use crate::model::evidence::{Event, FailureClass, Response, Tally};
use crate::model::load::*;
use crate::model::series::Latencies;
use crate::model::template::Template;
use reqwest::header::HeaderValue;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

fn latencies(tally: &Tally) -> Latencies {
    Latencies::from_base64(&tally.histogram).unwrap()
}

fn failed(tally: &Tally, class: FailureClass) -> u64 {
    tally.failures.get(&class).copied().unwrap_or(0)
}

fn keep(name: &str, pointer: &str) -> Extraction {
    Extraction {
        name: name.into(),
        from: ExtractFrom::Json(pointer.into()),
    }
}

#[tokio::test]
async fn totals_are_the_sum_of_the_steady_windows() {
    let server = Server::start(|_| ok("fine"));
    let (shop, desk) = (target("shop"), target("desk"));
    let mut scenario = scenario(5, 3);
    scenario.ramp = Duration::from_millis(300);
    scenario.warmup = Duration::from_millis(500);
    scenario.think_time = Some(pause(5));
    let targets = vec![resolved(&shop, &server.url), resolved(&desk, &server.url)];
    let seen = seen(&scenario, targets).await;
    for service in ["shop", "desk"] {
        let windows = seen.windows(service);
        assert_eq!(
            windows.iter().map(|w| w.t_s).collect::<Vec<_>>(),
            [0, 1, 2, 3]
        );
        let steady: Vec<_> = windows.iter().map(|w| w.steady).collect();
        assert_eq!(steady, [false, true, true, false]);
        let sum: u64 = windows
            .iter()
            .filter(|w| w.steady)
            .map(|w| w.requests)
            .sum();
        let summary = seen.summary(service);
        assert!(sum > 0);
        assert_eq!(summary.total.requests, sum);
        assert_eq!(summary.by_step["root"], summary.total);
        assert_eq!(latencies(&summary.total).count(), summary.total.answered());
        assert_eq!(windows[1].users, 5);
        assert!(windows[1].p50_us <= windows[1].p99_us);
    }
    let Some(Event::ScenarioFinished(finished)) =
        (seen.0.iter()).find(|event| matches!(event, Event::ScenarioFinished(_)))
    else {
        panic!("not finished");
    };
    assert_eq!((finished.users_wanted, finished.users_reached), (10, 10));
    assert_eq!(finished.steady_us, 2_000_000);
    assert!(finished.generator_cpu_share > 0.0 && finished.open_files_limit > 0);
    assert!(finished.lag_max_us >= finished.lag_p99_us && finished.lag_p99_us > 0);
    assert!(matches!(&seen.0[0], Event::ScenarioStarted { scenario } if scenario == "busy"));
    assert!(matches!(seen.0.last(), Some(Event::Summary(_))));
}

#[tokio::test]
async fn kept_values_go_into_later_steps_and_setup_is_told_apart() {
    let server = Server::start(|asked| match asked.path() {
        "/login" => Reply {
            headers: "set-cookie: sid=s1\r\n".into(),
            ..ok(r#"{"token":"t7"}"#)
        },
        "/new" => ok(r#"{"id":99}"#),
        _ => ok("{}"),
    });
    let mut target = target("shop");
    target.cookies = true;
    let mut login = step("login", "/login");
    login.extract = vec![keep("token", "/token")];
    target.setup = vec![login];
    let mut new = step("new", "/new");
    new.extract = vec![keep("id", "/id")];
    let mut read = step("read", "/item/${id}");
    read.method = "POST".into();
    read.headers = vec![("x-token".into(), Template::parse("${token}").unwrap())];
    read.body = Body::Json(Template::parse(r#"{"id":${id},"who":"${user}"}"#).unwrap());
    target.journeys = vec![journey("buy", 1, vec![new, read])];
    target.think_time = pause(10);
    let (_keep, bearer) = watch::channel(HeaderValue::from_static("Bearer b1"));
    let mut resolved = resolved(&target, &server.url);
    resolved.bearer = Some(bearer);
    let seen = seen(&scenario(2, 2), vec![resolved]).await;

    assert_eq!(server.asked("/login"), 2);
    let summary = seen.summary("shop");
    assert_eq!(summary.by_step["setup: login"].requests, 2);
    let steps = summary.by_step["new"].requests + summary.by_step["read"].requests;
    assert_eq!(summary.total.requests, steps);
    assert_eq!(summary.total.failed(), 0);
    let log = server.log.lock().unwrap();
    let asked = log.iter().find(|(asked, _)| asked.path() == "/item/99");
    let asked = &asked.unwrap().0;
    assert!(asked.headers.contains("x-token: t7"), "{}", asked.headers);
    assert!(asked.headers.contains("cookie: sid=s1"));
    assert!(asked.headers.contains("authorization: Bearer b1"));
    assert!(asked.headers.contains("user-agent: proofhouse/"));
    assert!(asked.body == r#"{"id":99,"who":"1"}"# || asked.body == r#"{"id":99,"who":"2"}"#);
}

#[tokio::test]
async fn every_class_of_failure_is_counted_and_shown_three_times() {
    let server = Server::start(|asked| match asked.path() {
        "/status" => Reply {
            status: 503,
            ..ok(r#"{"why":"full","token":"hidden"}"#)
        },
        "/check" => ok(r#"{"stock":0}"#),
        "/slow" => Reply {
            delay: Duration::from_secs(9),
            ..ok("late")
        },
        _ => Reply {
            broken: true,
            ..ok("half of it")
        },
    });
    let mut check = step("check", "/check");
    check.expect = vec![Expectation::JsonEquals {
        pointer: "/stock".into(),
        value: 1.into(),
    }];
    let mut target = target("shop");
    target.timeout = Duration::from_millis(100);
    target.think_time = pause(5);
    target.journeys = [
        step("status", "/status?token=mine"),
        check,
        step("slow", "/slow"),
        step("broken", "/broken"),
    ]
    .map(|step| journey(&step.name.clone(), 1, vec![step]))
    .into();
    let seen = seen(&scenario(6, 3), vec![resolved(&target, &server.url)]).await;
    let summary = seen.summary("shop");
    let wanted = [
        ("status", FailureClass::Status),
        ("check", FailureClass::Check),
        ("slow", FailureClass::Timeout),
        ("broken", FailureClass::Connection),
    ];
    for (step, class) in wanted {
        let tally = &summary.by_step[step];
        assert!(tally.requests > 0, "{step}");
        assert_eq!(failed(tally, class), tally.requests, "{step}");
        let examples = seen.failures().into_iter().filter(|f| f.class == class);
        assert_eq!(examples.count(), 3, "{step}");
    }
    assert_eq!(latencies(&summary.total).count(), summary.total.answered());
    let windows = seen.windows("shop");
    let in_windows: u64 = windows.iter().flat_map(|w| w.failures.values()).sum();
    assert_eq!(in_windows, summary.total.failed());
    let full = (seen.failures().into_iter()).find(|f| f.class == FailureClass::Status);
    let full = full.unwrap();
    assert_eq!(full.detail, "status 503, wanted 200 to 299");
    assert_eq!(full.request, "GET /status?token=***");
    assert_eq!(
        full.body.as_deref(),
        Some(r#"{"why":"full","token":"***"}"#)
    );
    assert_eq!((full.step.as_str(), full.status), ("status", Some(503)));
}

#[tokio::test]
async fn a_service_that_is_not_there_fails_every_request() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let target = target("shop");
    let seen = seen(&scenario(2, 1), vec![resolved(&target, &url)]).await;
    let total = &seen.summary("shop").total;
    assert!(total.requests > 0 && total.requests < 100);
    assert_eq!(failed(total, FailureClass::Connection), total.requests);
    assert_eq!(latencies(total).count(), 0);
    assert_eq!(seen.windows("shop")[0].p50_us, None);
    assert!(seen.failures()[0].detail.contains("onnection refused"));
}

#[tokio::test]
async fn a_stop_ends_the_load_fast() {
    let server = Server::start(|asked| Reply {
        delay: match asked.path() {
            "/long" => Duration::from_secs(60),
            _ => Duration::ZERO,
        },
        ..ok("fine")
    });
    let mut shop = target("shop");
    shop.timeout = Duration::from_secs(60);
    shop.journeys = vec![journey(
        "long",
        1,
        vec![step("first", "/"), step("long", "/long")],
    )];
    let mut thinker = target("thinker");
    thinker.think_time = pause(60_000);
    let (sender, stop) = watch::channel(false);
    let scenario = scenario(3, 60);
    let targets = vec![
        resolved(&shop, &server.url),
        resolved(&thinker, &server.url),
    ];
    let stopper = async {
        tokio::time::sleep(Duration::from_millis(1300)).await;
        sender.send(true).unwrap();
        Instant::now()
    };
    let ((seen, result), stopped) = tokio::join!(seen_until(&scenario, targets, stop), stopper);
    result.unwrap();
    assert!(stopped.elapsed() < Duration::from_millis(1000));
    let windows = seen.windows("shop");
    assert_eq!((windows[0].requests, windows[0].in_flight), (3, 3));
    assert_eq!(
        windows.iter().map(|w| w.steady).collect::<Vec<_>>(),
        [true, false]
    );
    assert!(!(seen.0.iter()).any(|event| matches!(event, Event::Summary(_))));
}

#[tokio::test]
async fn stages_change_the_number_of_users() {
    let server = Server::start(|_| ok("fine"));
    let mut target = target("shop");
    target.think_time = pause(20);
    let mut scenario = scenario(1, 1);
    let stage = |users, ms| Stage {
        users,
        duration: Duration::from_millis(ms),
    };
    scenario.stages = vec![stage(6, 500), stage(6, 1000), stage(2, 500), stage(2, 2000)];
    let targets = vec![resolved(&target, &server.url)];
    let seen = seen(&scenario, targets).await;
    let users: Vec<_> = seen.windows("shop").iter().map(|w| w.users).collect();
    assert_eq!(users.len(), 4);
    assert_eq!((users[0], users[3]), (6, 2), "{users:?}");
}

#[tokio::test]
async fn resources_are_sampled_or_missing_with_a_reason() {
    let server = Server::start(|_| ok("fine"));
    let (mut shop, mut desk) = (target("shop"), target("desk"));
    (shop.think_time, desk.think_time) = (pause(10), pause(10));
    let mut own = resolved(&shop, &server.url);
    own.resources = SampleFrom::Pid(std::process::id());
    let targets = vec![own, resolved(&desk, &server.url)];
    let seen = seen(&scenario(1, 3), targets).await;
    let samples = seen.0.iter().filter_map(|event| match event {
        Event::Resource { sample, .. } => Some(sample),
        _ => None,
    });
    let samples: Vec<_> = samples.collect();
    assert!(samples.len() >= 2);
    assert!(
        samples
            .iter()
            .all(|s| s.service == "shop" && s.memory_mib > 1.0)
    );
    assert!(samples.iter().any(|s| s.cpu_percent > 0.0));
    let missing = seen.0.iter().filter_map(|event| match event {
        Event::ResourceMissing {
            service, reason, ..
        } => Some((service.as_str(), reason.as_str())),
        _ => None,
    });
    assert_eq!(missing.collect::<Vec<_>>(), [("desk", "not asked for")]);
}

/// Latency truth: what the engine says is what the server did to its users.
#[tokio::test]
async fn a_fixed_delay_is_measured_as_it_is() {
    let server = Server::start(|_| Reply {
        delay: Duration::from_millis(20),
        ..ok("fine")
    });
    let target = target("shop");
    let seen = seen(&scenario(10, 3), vec![resolved(&target, &server.url)]).await;
    let times = latencies(&seen.summary("shop").total);
    let p50 = times.percentile_us(50.0).unwrap();
    let log = server.log.lock().unwrap();
    let mut own: Vec<_> = log.iter().map(|(_, took)| took.as_micros()).collect();
    own.sort_unstable();
    let own_p50 = u64::try_from(own[own.len() / 2]).unwrap();
    // Never less than the server took, and not much more, even on a busy machine.
    assert!(
        p50 + 20 >= own_p50 && p50 < own_p50 + 15_000,
        "{p50} against {own_p50}"
    );
}

#[tokio::test]
async fn a_freeze_is_seen_by_every_user_that_waits_in_it() {
    let begun = Instant::now();
    let server = Server::start(move |asked| {
        // Frozen in the second second, as in a stop of the world.
        let since = asked.at.duration_since(begun).as_secs_f64() - 1.5;
        let frozen = (0.0..1.0).contains(&since);
        Reply {
            delay: Duration::from_secs_f64(if frozen { 1.0 - since } else { 0.0 }),
            ..ok("fine")
        }
    });
    let mut target = target("shop");
    target.think_time = pause(20);
    let seen = seen(&scenario(10, 4), vec![resolved(&target, &server.url)]).await;
    let times = latencies(&seen.summary("shop").total);
    let own = server.log.lock().unwrap();
    let long = own
        .iter()
        .filter(|(_, took)| took.as_millis() > 500)
        .count();
    assert_eq!(long, 10, "one stalled request a user");
    let max = times.max_us().unwrap();
    let longest = own.iter().map(|(_, took)| took.as_micros()).max().unwrap();
    let longest = u64::try_from(longest).unwrap();
    assert!(
        max + 1000 >= longest && max < longest + 300_000,
        "{max} against {longest}"
    );
    // A percentile above the stalled share shows it, one below does not: closed model.
    let share = 100.0 * 10.0 / times.count() as f64;
    assert!(times.percentile_us(100.0 - share / 2.0).unwrap() > 500_000);
    assert!(times.percentile_us(50.0).unwrap() < 300_000);
}

#[tokio::test]
async fn a_load_beside_a_story_ends_when_it_is_told_and_shows_every_response() {
    let server = Server::start(|asked| match asked.path() {
        "/slow" => Reply {
            delay: Duration::from_secs(60),
            ..ok("late")
        },
        "/login" => ok("in"),
        _ => ok("fine"),
    });
    let mut shop = target("shop");
    shop.setup = vec![step("login", "/login")];
    shop.think_time = pause(10);
    shop.timeout = Duration::from_secs(30);
    let mut desk = target("desk");
    desk.journeys = vec![journey("wait", 1, vec![step("wait", "/slow")])];
    desk.timeout = Duration::from_secs(30);
    let (say_until, until) = watch::channel(false);
    let (shown, mut responses) = tokio::sync::mpsc::unbounded_channel();
    let (say_begun, mut begun) = watch::channel(false);
    let beside = Beside {
        until,
        begun: Arc::new(move || {
            say_begun.send_replace(true);
        }),
        seen: Arc::new(move |response| drop(shown.send(response.clone()))),
    };
    let ends = tokio::spawn(async move {
        begun.wait_for(|begun| *begun).await.unwrap();
        for _ in 0..20 {
            responses.recv().await.unwrap();
        }
        say_until.send_replace(true);
    });
    let targets = vec![resolved(&shop, &server.url), resolved(&desk, &server.url)];
    let (_keep, stop) = watch::channel(false);
    // An hour, which it does not last.
    let (seen, ended) = seen_beside(&scenario(2, 3600), targets, stop, Some(beside)).await;
    ended.unwrap();
    ends.await.unwrap();
    let responses = seen.0.iter().filter_map(|event| match event {
        Event::Response(response) => Some(response),
        _ => None,
    });
    let (shop, desk): (Vec<_>, Vec<_>) = responses.partition(|one| one.service == "shop");
    assert!(shop.len() >= 20);
    let good = |one: &&&Response| one.failure.is_none() && one.invoke_us < one.complete_us;
    assert_eq!(shop.iter().filter(good).count(), shop.len());
    assert!(
        shop.iter().all(|one| one.step == "root"),
        "setup is left out"
    );
    // Two users who waited when the load's time was over, and were never answered.
    assert_eq!(desk.len(), 2);
    for one in desk {
        assert_eq!(one.failure, Some(FailureClass::Timeout));
        assert!(one.complete_us - one.invoke_us > 100_000, "{one:?}");
    }
    let finished = seen.0.iter().filter_map(|event| match event {
        Event::ScenarioFinished(finished) => Some(finished),
        _ => None,
    });
    let finished: Vec<_> = finished.collect();
    assert_eq!(finished.len(), 1);
    assert_eq!(finished[0].users_reached, 4);
    assert!(finished[0].steady_us < 60_000_000, "{finished:?}");
}
