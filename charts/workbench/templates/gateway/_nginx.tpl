{{/* One URL space, as an Ingress makes it. Uploads and event streams pass through as they come. */}}
{{- define "workbench.nginx" -}}
daemon off;
worker_processes 1;
pid /tmp/nginx.pid;
error_log stderr warn;
events { worker_connections 1024; }
http {
    access_log off;
    client_body_temp_path /tmp/body;
    proxy_temp_path /tmp/proxy;
    fastcgi_temp_path /tmp/fastcgi;
    uwsgi_temp_path /tmp/uwsgi;
    scgi_temp_path /tmp/scgi;
    client_max_body_size 0;
    proxy_request_buffering off;
    proxy_buffering off;
    proxy_read_timeout 75s;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    server {
        listen 8080;
        {{- range $service, $facts := include "workbench.services" . | fromYaml }}
        {{- range $facts.paths }}
        location {{ . }} { proxy_pass http://{{ $.Release.Name }}-{{ $service }}; }
        {{- end }}
        {{- end }}
        location / {
            default_type application/problem+json;
            return 404 '{"status":404,"title":"Not found","type":"urn:workbench:problem:http-problem","detail":"No service has this path."}';
        }
        location = /healthz { default_type application/json; return 200 '{"status":"ok"}'; }
    }
}
{{- end }}
