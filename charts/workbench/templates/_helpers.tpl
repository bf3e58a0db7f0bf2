{{/* The services: the Python module of each, and what it answers in the one URL space. One that conducts the others
     has no heavy work of its own, and so launches nothing. Pages have no jobs: neither rows nor a worker. */}}
{{- define "workbench.services" -}}
model-registry: {module: model_registry, paths: [/v1/models, /v1/inspections, /v1/catalogue]}
converter: {module: converter, paths: [/v1/conversions]}
dataset: {module: dataset, paths: [/v1/datasets, /v1/exports, /v1/tasks]}
profiler: {module: profiler, paths: [/v1/targets, /v1/profiles, /v1/tensors, /v1/profiler-runs]}
calibrator: {module: calibrator, paths: [/v1/calibrations, /v1/evaluations, /v1/recipes, /v1/trials, /v1/calibrator-runs]}
packager: {module: packager, paths: [/v1/packages]}
console: {module: console, paths: [/console], exact: [/], pages: true}
project: {module: project, paths: [/v1/projects, /v1/identity, /v1/tokens], conducts: true}
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
{{ get .references $.name | default (printf "%s/%s/%s:%s" .registry .repository $.name (.tag | default $.root.Chart.AppVersion)) }}
{{- end }}
{{- end }}

{{/* What every pod has: no root, and what Pod Security `restricted` asks for. A token of the cluster has only a pod
     with an `account`; `user` is another one than the images' own. */}}
{{- define "workbench.pod" -}}
automountServiceAccountToken: {{ empty .account | not }}
{{- with .account }}
serviceAccountName: {{ . }}
{{- end }}
enableServiceLinks: false
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
{{- $user := .user | default 10001 }}
securityContext:
  runAsNonRoot: true
  runAsUser: {{ $user }}
  runAsGroup: {{ $user }}
  fsGroup: {{ $user }}
  # Once: PostgreSQL and Erlang refuse files that others may read.
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "workbench.container" -}}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{/* The resources of a container, with what it may have on its node's disk: its emptyDirs, its log and some change. */}}
{{- define "workbench.resources" -}}
{{- $mib := 1024 -}}
{{- range .volumes }}{{ $mib = add $mib (include "workbench.mib" . | int64) }}{{ end -}}
{{- $disk := dict "requests" (dict "ephemeral-storage" "256Mi") "limits" (dict "ephemeral-storage" (printf "%dMi" $mib)) -}}
{{- mergeOverwrite $disk (deepCopy .resources) | toYaml }}
{{- end }}

{{- define "workbench.mib" -}}
{{- if hasSuffix "Gi" . }}{{ mul (trimSuffix "Gi" . | int64) 1024 }}{{ else }}{{ trimSuffix "Mi" . }}{{ end -}}
{{- end }}
