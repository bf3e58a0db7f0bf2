{{/* Every WORKBENCH_* setting of a service's program; see docs/reference/settings.md. */}}
{{- define "workbench.environment" -}}
{{- if include "workbench.services" .root | fromYaml | dig .service "pages" false }}
{{- include "workbench.consoleEnvironment" . }}
{{- else }}
{{- $host := printf "%s-%s.%s.svc" .root.Release.Name .service .root.Release.Namespace -}}
{{- $conducts := get (include "workbench.services" .root | fromYaml) .service | dig "conducts" false -}}
{{- $launches := and .root.Values.runners.enabled .part (not $conducts) -}}
{{- with .root.Values -}}
- {name: WORKBENCH_HOME, value: /data}
- {name: WORKBENCH_HOST, value: 0.0.0.0}
- {name: WORKBENCH_PORT, value: "8080"}
- {name: WORKBENCH_HEALTH_PORT, value: "9090"}
{{- /* Runs ask by the name inside the cluster. */}}
- {name: WORKBENCH_ALLOWED_HOSTS, value: {{ append .allowedHosts $host | join "," | quote }}}
- {name: WORKBENCH_UPLOAD_LIMIT_MIB, value: {{ .uploadLimitMiB | quote }}}
- {name: WORKBENCH_SOURCE_HOSTS, value: {{ .sourceHosts | join "," | quote }}}
- {name: WORKBENCH_HUGGINGFACE_URL, value: {{ .huggingFace.url | quote }}}
- {name: WORKBENCH_ZOO_URL, value: {{ .zoo.url | quote }}}
- {name: WORKBENCH_ZOO_FILES_URL, value: {{ .zoo.filesUrl | quote }}}
- {name: WORKBENCH_TEAM_STORAGE_GIB, value: {{ .teamStorageGiB | quote }}}
- {name: WORKBENCH_LEASE_S, value: {{ .leaseS | quote }}}
- {name: WORKBENCH_DEVICE_MINUTES, value: {{ .deviceMinutes | quote }}}
- {name: WORKBENCH_CONDUCTORS, value: {{ .conductors | quote }}}
- {name: WORKBENCH_S3_ENDPOINT, value: {{ include "workbench.storeEndpoint" $.root | quote }}}
- {name: WORKBENCH_S3_PUBLIC_ENDPOINT, value: {{ .store.publicEndpoint | quote }}}
- {name: WORKBENCH_S3_REGION, value: {{ .store.region | quote }}}
- {name: WORKBENCH_S3_BUCKET, value: {{ .store.bucket | quote }}}
{{- end }}
- {name: WORKBENCH_S3_ACCESS_KEY_FILE, value: /secrets/store/access-key}
- {name: WORKBENCH_S3_SECRET_KEY_FILE, value: /secrets/store/secret-key}
- {name: WORKBENCH_DATABASE_URL_FILE, value: /secrets/database/url}
- {name: WORKBENCH_BROKER_URL_FILE, value: /secrets/broker/url}
{{- if include "workbench.bringsFromHub" . }}
- {name: WORKBENCH_HUGGINGFACE_TOKENS_FILE, value: /secrets/huggingface/tokens}
{{- end }}
{{- if $launches }}
- {name: WORKBENCH_LAUNCHER, value: kubernetes}
- {name: WORKBENCH_RUNS_URL, value: "http://{{ $host }}:8081"}
- {name: WORKBENCH_RUNS_PORT, value: "8081"}
{{- end }}
{{- if not .root.Values.runners.enabled }}
- {name: WORKBENCH_SANDBOX, value: {{ .root.Values.runners.sandbox }}}
{{- end }}
{{- if and .root.Values.runners.enabled .part }}
- {name: WORKBENCH_POOLS_FILE, value: /etc/workbench/pools.json}
{{- end }}
{{- end }}
{{- end }}

{{/* Whether this is the worker that brings models, and may have tokens of the hub: no other program sees them. */}}
{{- define "workbench.bringsFromHub" -}}
{{- $brings := and (eq (toString .service) "model-registry") (eq (toString .part) "worker") -}}
{{- if and $brings .root.Values.huggingFace.tokensSecret }}yes{{ end -}}
{{- end }}

{{- define "workbench.mounts" -}}
- {name: data, mountPath: /data}
- {name: tmp, mountPath: /tmp}
{{- if include "workbench.services" .root | fromYaml | dig .service "pages" false }}
- {name: console, mountPath: /secrets/console, readOnly: true}
{{- else }}
- {name: store, mountPath: /secrets/store, readOnly: true}
- {name: database, mountPath: /secrets/database, readOnly: true}
- {name: broker, mountPath: /secrets/broker, readOnly: true}
{{- if include "workbench.bringsFromHub" . }}
- {name: huggingface, mountPath: /secrets/huggingface, readOnly: true}
{{- end }}
{{- if and .root.Values.runners.enabled .part }}
- {name: pools, mountPath: /etc/workbench, readOnly: true}
{{- end }}
{{- end }}
{{- end }}

{{/* Of a secret, only the keys that are read. */}}
{{- define "workbench.volumes" -}}
{{- $bundled := ternary (printf "%s-bundled" .root.Release.Name) "" .root.Values.bundled.enabled -}}
{{- with .root.Values -}}
- {name: tmp, emptyDir: {sizeLimit: {{ .tmp }}}}
{{- if include "workbench.services" $.root | fromYaml | dig ($.service | default "") "pages" false }}
- name: console
  secret:
    secretName: {{ .console.secret | default (printf "%s-console" $.root.Release.Name) }}
    defaultMode: 0440
    items: [{key: session-key, path: session-key}]
{{- else }}
- name: store
  secret:
    secretName: {{ $bundled | default .store.secret }}
    defaultMode: 0440
    items: [{key: access-key, path: access-key}, {key: secret-key, path: secret-key}]
- name: database
  secret:
    secretName: {{ $bundled | default .database.secret }}
    defaultMode: 0440
    items: [{key: {{ ternary "url" .database.key .bundled.enabled }}, path: url}]
- name: broker
  secret:
    secretName: {{ $bundled | default .broker.secret }}
    defaultMode: 0440
    items: [{key: {{ ternary "broker-url" .broker.key .bundled.enabled }}, path: url}]
{{- if include "workbench.bringsFromHub" $ }}
- name: huggingface
  secret:
    secretName: {{ .huggingFace.tokensSecret }}
    defaultMode: 0440
    items: [{key: tokens, path: tokens}]
{{- end }}
{{- if and .runners.enabled $.part }}
- {name: pools, configMap: {name: {{ $.root.Release.Name }}-pools}}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "workbench.storeEndpoint" -}}
{{- if .Values.bundled.enabled -}}
http://{{ .Release.Name }}-store.{{ .Release.Namespace }}.svc:8333
{{- else -}}
{{ .Values.store.endpoint }}
{{- end }}
{{- end }}
