//! nginx: with large buffers and `proxy_buffering on`, and with ingress-nginx's defaults.
//!
//! The servers, the forwarded headers, the request id and the fields of the log are those of
//! ingress-nginx's template (without its Lua balancer); the log is buffered by 64 KiB.

use std::{fmt::Write as _, fs, io, path::Path, process::Command};

use super::Place;
use crate::scenario::Scenario;

const TUNED: &str = "proxy_buffering on; proxy_buffer_size 16k; proxy_buffers 8 64k; \
     proxy_busy_buffers_size 128k; client_body_buffer_size 1m;";
const INGRESS: &str = "proxy_buffering off; proxy_buffer_size 4k; proxy_buffers 4 4k; \
     client_body_buffer_size 8k;";

/// How nginx is started.
pub(super) fn command(
    program: &Path,
    scenario: &Scenario,
    place: &Place<'_>,
    tuned: bool,
) -> io::Result<Command> {
    let file = place.folder.join("nginx.conf");
    let buffering = if tuned { TUNED } else { INGRESS };
    fs::write(&file, configuration(scenario, place, buffering))?;
    let mut command = place.pinned(program);
    command.arg("-p").arg(place.folder);
    command.arg("-e").arg(place.folder.join("nginx-error.log"));
    command.arg("-c").arg(file);
    Ok(command)
}

fn configuration(scenario: &Scenario, place: &Place<'_>, buffering: &str) -> String {
    let (folder, backend, address) = (place.folder.display(), place.backend, place.address);
    let log = if scenario.log {
        let file = place.log.display();
        format!("access_log {file} upstreaminfo buffer=64k flush=1s;")
    } else {
        "access_log off;".to_owned()
    };
    let mut text = format!(
        "daemon off; worker_processes 1; worker_rlimit_nofile 16384; pid {folder}/nginx.pid;\n\
         events {{ worker_connections 16384; multi_accept on; use epoll; }}\n\
         http {{\n\
         log_format upstreaminfo '$remote_addr - $remote_user [$time_local] \"$request\" $status \
         $body_bytes_sent \"$http_referer\" \"$http_user_agent\" $request_length $request_time \
         [$proxy_upstream_name] [] $upstream_addr $upstream_response_length \
         $upstream_response_time $upstream_status $req_id';\n\
         {log}\n\
         aio threads; tcp_nopush on; tcp_nodelay on; server_names_hash_max_size 65536;\n\
         server_names_hash_bucket_size 128;\n\
         client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;\n\
         fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;\n\
         keepalive_timeout 75s; keepalive_requests 1000; client_max_body_size 0;\n\
         client_header_buffer_size 1k; large_client_header_buffers 4 8k; reset_timedout_connection on;\n\
         proxy_request_buffering on; {buffering}\n\
         proxy_http_version 1.1; proxy_redirect off;\n\
         map $http_x_request_id $req_id {{ default $http_x_request_id; '' $request_id; }}\n\
         map $http_upgrade $connection_upgrade {{ default upgrade; '' ''; }}\n\
         upstream backend {{ server {backend}; keepalive 320; keepalive_timeout 60s; keepalive_requests 10000; }}\n"
    );
    for host in 0..scenario.hosts {
        let _ = write!(
            text,
            "server {{ listen {address}; server_name h{host}.test; set $proxy_upstream_name \"default-echo-80\";\n\
             location / {{ proxy_set_header Host $http_host; proxy_set_header X-Request-ID $req_id;\n\
             proxy_set_header X-Real-IP $remote_addr; proxy_set_header X-Forwarded-For $remote_addr;\n\
             proxy_set_header X-Forwarded-Host $http_host; proxy_set_header X-Forwarded-Port $server_port;\n\
             proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Scheme $scheme;\n\
             proxy_set_header X-Scheme $scheme; proxy_set_header X-Original-Forwarded-For $http_x_forwarded_for;\n\
             proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;\n\
             proxy_set_header Proxy \"\"; proxy_pass http://backend; }} }}\n"
        );
    }
    text.push_str("}\n");
    text
}
