{{/* The services: the Python module of each, and what it answers in the one URL space. */}}
{{- define "workbench.services" -}}
model-registry: {module: model_registry, paths: [/v1/models]}
converter: {module: converter, paths: [/v1/conversions]}
dataset: {module: dataset, paths: [/v1/datasets]}
profiler: {module: profiler, paths: [/v1/targets, /v1/profiles]}
calibrator: {module: calibrator, paths: [/v1/calibrations, /v1/evaluations, /v1/recipes]}
packager: {module: packager, paths: [/v1/packages]}
project: {module: project, paths: [/v1/projects, /v1/identity]}
{{- end }}

{{/* The settings of one part (`api` or `worker`) of a service: the common ones, with its own over them. */}}
{{- define "workbench.part" -}}
{{- $own := dig .service .part dict .root.Values.services -}}
{{- mergeOverwrite (deepCopy (index .root.Values .part)) $own | toYaml -}}
{{- end }}

{{- define "workbench.labels" -}}
app.kubernetes.io/part-of: dl-workbench
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* What a Deployment, a Service and a policy find the same pods by. */}}
{{- define "workbench.selector" -}}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/name: {{ .service }}
app.kubernetes.io/component: {{ .part }}
{{- end }}

{{- define "workbench.image" -}}
{{- with .root.Values.image -}}
{{ .registry }}/{{ .repository }}/{{ $.name }}:{{ .tag | default $.root.Chart.AppVersion }}
{{- end }}
{{- end }}

{{/* Every WORKBENCH_* setting; see docs/reference/settings.md. Secrets come from the secrets that exist. */}}
{{- define "workbench.environment" -}}
- {name: WORKBENCH_HOME, value: /data}
- {name: WORKBENCH_HOST, value: 0.0.0.0}
- {name: WORKBENCH_PORT, value: "8080"}
- {name: WORKBENCH_METRICS_PORT, value: "9090"}
- {name: WORKBENCH_ALLOWED_HOSTS, value: {{ join "," .Values.allowedHosts | quote }}}
- {name: WORKBENCH_UPLOAD_LIMIT_MIB, value: {{ .Values.uploadLimitMiB | quote }}}
- {name: WORKBENCH_TEAM_STORAGE_GIB, value: {{ .Values.teamStorageGiB | quote }}}
- {name: WORKBENCH_LEASE_S, value: {{ .Values.leaseS | quote }}}
- {name: WORKBENCH_S3_ENDPOINT, value: {{ .Values.store.endpoint | quote }}}
- {name: WORKBENCH_S3_PUBLIC_ENDPOINT, value: {{ .Values.store.publicEndpoint | quote }}}
- {name: WORKBENCH_S3_REGION, value: {{ .Values.store.region | quote }}}
- {name: WORKBENCH_S3_BUCKET, value: {{ .Values.store.bucket | quote }}}
- {name: WORKBENCH_S3_ACCESS_KEY_FILE, value: /secrets/store/access-key}
- {name: WORKBENCH_S3_SECRET_KEY_FILE, value: /secrets/store/secret-key}
- {name: WORKBENCH_DATABASE_URL_FILE, value: /secrets/database/{{ .Values.database.key }}}
- {name: WORKBENCH_BROKER_URL_FILE, value: /secrets/broker/{{ .Values.broker.key }}}
{{- end }}

{{- define "workbench.mounts" -}}
- {name: data, mountPath: /data}
- {name: tmp, mountPath: /tmp}
- {name: store, mountPath: /secrets/store, readOnly: true}
- {name: database, mountPath: /secrets/database, readOnly: true}
- {name: broker, mountPath: /secrets/broker, readOnly: true}
{{- end }}

{{- define "workbench.volumes" -}}
- {name: tmp, emptyDir: {}}
- {name: store, secret: {secretName: {{ .Values.store.secret }}, defaultMode: 0440}}
- {name: database, secret: {secretName: {{ .Values.database.secret }}, defaultMode: 0440}}
- {name: broker, secret: {secretName: {{ .Values.broker.secret }}, defaultMode: 0440}}
{{- end }}

{{/* What every pod has: no token of the cluster, no root, and what Pod Security `restricted` asks for. */}}
{{- define "workbench.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.image.pullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "workbench.container" -}}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}
