{{/* The console's settings: where each part of the API is inside the cluster. It has no database, broker or store. */}}
{{- define "workbench.consoleEnvironment" -}}
{{- $urls := list -}}
{{- range $service, $facts := include "workbench.services" .root | fromYaml }}
{{- range $path := $facts.paths }}
{{- if not $facts.pages }}{{ $urls = append $urls (printf "%s=http://%s-%s.%s.svc" $path $.root.Release.Name $service $.root.Release.Namespace) }}{{ end }}
{{- end }}
{{- end -}}
- {name: WORKBENCH_HOME, value: /data}
- {name: WORKBENCH_HOST, value: 0.0.0.0}
- {name: WORKBENCH_PORT, value: "8080"}
- {name: WORKBENCH_HEALTH_PORT, value: "9090"}
- {name: WORKBENCH_ALLOWED_HOSTS, value: {{ .root.Values.allowedHosts | join "," | quote }}}
- {name: WORKBENCH_API_URLS, value: {{ $urls | join "," | quote }}}
- {name: WORKBENCH_SESSION_KEY_FILE, value: /secrets/console/session-key}
{{- end }}
