{{/* One URL space, as an Ingress makes it. Uploads and event streams pass through as they come. */}}
{{- define "workbench.nginx" -}}
daemon off;
worker_processes 1;
worker_rlimit_nofile 16384;
worker_shutdown_timeout 60s;
pid /tmp/nginx.pid;
error_log stderr warn;
events { worker_connections 8192; }
http {
    access_log off;
    client_body_temp_path /tmp/body;
    proxy_temp_path /tmp/proxy;
    fastcgi_temp_path /tmp/fastcgi;
    uwsgi_temp_path /tmp/uwsgi;
    scgi_temp_path /tmp/scgi;
    # A client that neither sends nor reads keeps nothing for long.
    client_header_timeout 10s;
    client_body_timeout 10s;
    send_timeout 10s;
    reset_timedout_connection on;
    client_max_body_size 0;
    proxy_request_buffering off;
    proxy_buffering off;
    proxy_connect_timeout 3s;
    proxy_read_timeout 75s;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    # What a replica never took gets another, which is behind the same address; what may have been done is for the
    # client to send again.
    proxy_next_upstream error timeout;
    proxy_next_upstream_tries 3;
    {{- range $service, $_ := include "workbench.services" . | fromYaml }}
    {{- $server := printf "server %s-%s max_fails=0;" $.Release.Name $service }}
    upstream {{ $service }} { {{ $server }} {{ $server }} {{ $server }} }
    {{- end }}
    server {
        listen 8080 backlog=1024;
        {{- range $service, $facts := include "workbench.services" . | fromYaml }}
        {{- range $facts.exact }}
        location = {{ . }} { proxy_pass http://{{ $service }}; }
        {{- end }}
        {{- range $facts.paths }}
        location {{ . }} { proxy_pass http://{{ $service }}; }
        {{- end }}
        {{- end }}
        location / {
            default_type application/problem+json;
            return 404 '{"status":404,"title":"Not found","type":"urn:workbench:problem:http-problem","detail":"No service has this path.","remedy":"Compare the path with the API reference."}';
        }
        error_page 400 408 413 414 494 @refused;
        location @refused {
            default_type application/problem+json;
            return 400 '{"status":400,"title":"The request could not be read","type":"urn:workbench:problem:not-http","detail":"It is no HTTP/1.1 request, or its head is too large or too slow.","remedy":"Use a client library."}';
        }
        error_page 502 504 @away;
        location @away {
            default_type application/problem+json;
            add_header Retry-After 2 always;
            return 502 '{"status":502,"title":"The service does not answer","type":"urn:workbench:problem:http-problem","retry_after_s":2,"detail":"The service behind this path does not answer at the moment.","remedy":"Send the request again."}';
        }
        location = /healthz { default_type application/json; return 200 '{"status":"ok"}'; }
    }
}
{{- end }}
