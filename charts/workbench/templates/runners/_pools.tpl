{{- define "workbench.runsNamespace" -}}
{{ .Values.runners.namespace | default (printf "%s-runners" .Release.Namespace) }}
{{- end }}

{{/* Where runs may go, as services and workers read it (workbench.runner.pools). Nothing in it is secret. */}}
{{- define "workbench.pools" -}}
{{- $image := include "workbench.image" (dict "root" . "name" "runner") -}}
{{- with .Values.runners -}}
{{- dict "release" $.Release.Name "namespace" (include "workbench.runsNamespace" $)
         "image" (.image | default $image) "pullPolicy" $.Values.image.pullPolicy "pullSecrets" $.Values.image.pullSecrets
         "scratch" .scratch "tmp" $.Values.tmp "sandbox" .sandbox "host" .host "deviceTypes" .deviceTypes | toPrettyJson -}}
{{- end }}
{{- end }}

{{/* The peer that the pods of runs are; empty where there are none. */}}
{{- define "workbench.runs" -}}
{{- if .Values.runners.enabled -}}
namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: {{ include "workbench.runsNamespace" . }}}}
podSelector: {matchLabels: {app.kubernetes.io/instance: {{ .Release.Name }}, app.kubernetes.io/component: runner}}
{{- end }}
{{- end }}
