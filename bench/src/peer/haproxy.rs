//! HAProxy: the hosts in a map, the headers and log fields of the others.
//!
//! Its log goes to standard output, a file here, with one write for each line: it has no buffer of its
//! own (its rings reach only servers). The scenario without log shows what that costs.

use std::{fmt::Write as _, fs, io, path::Path, process::Command};

use super::Place;
use crate::scenario::Scenario;

const LOG: &str = "    log stdout format raw local0\n    option dontlognull\n    \
     log-format '%ci - - [%t] \"%r\" %ST %B \"%[capture.req.hdr(0)]\" \"%[capture.req.hdr(1)]\" %U %Ta \
     [%b] [] %si:%sp %B %Tr %ST %ID'\n";

/// How HAProxy is started.
pub(super) fn command(
    program: &Path,
    scenario: &Scenario,
    place: &mut Place<'_>,
) -> io::Result<Command> {
    // One ACL for each host would be searched one after the other.
    let map: String = (0..scenario.hosts).fold(String::new(), |mut map, host| {
        let _ = writeln!(map, "h{host}.test echo");
        map
    });
    let map_file = place.folder.join("hosts.map");
    fs::write(&map_file, map)?;
    let file = place.folder.join("haproxy.cfg");
    fs::write(&file, configuration(scenario, place, &map_file))?;
    place.log = place.output.clone();
    let mut command = place.pinned(program);
    command.arg("-db").arg("-f").arg(file);
    Ok(command)
}

fn configuration(scenario: &Scenario, place: &Place<'_>, map: &Path) -> String {
    let log = if scenario.log { LOG } else { "" };
    let (address, backend, map) = (place.address, place.backend, map.display());
    format!(
        "global\n    nbthread 1\n    maxconn 4096\n    tune.bufsize 65536\n\
         defaults\n    mode http\n    timeout connect 5s\n    timeout client 75s\n    timeout server 60s\n    \
         option http-keep-alive\n    http-reuse always\n\
         frontend in\n    bind {address}\n{log}    \
         declare capture request len 128\n    declare capture request len 128\n    \
         http-request capture req.hdr(referer) id 0\n    http-request capture req.hdr(user-agent) id 1\n    \
         unique-id-format %[uuid()]\n    unique-id-header X-Request-ID\n    \
         http-request set-header X-Real-IP %[src]\n    http-request set-header X-Forwarded-For %[src]\n    \
         http-request set-header X-Forwarded-Host %[req.hdr(host)]\n    \
         http-request set-header X-Forwarded-Port %[dst_port]\n    \
         http-request set-header X-Forwarded-Proto http\n    \
         http-request set-header X-Forwarded-Scheme http\n    http-request set-header X-Scheme http\n    \
         use_backend %[req.hdr(host),lower,map_str({map},none)]\n\
         backend none\n    http-request return status 404\n\
         backend echo\n    server one {backend} pool-max-conn 4096\n"
    )
}
