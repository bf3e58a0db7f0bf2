{{/* The servers of a first look. Each keeps its data in `data`; `writes` are further folders that its image writes to. */}}
{{- define "workbench.bundled" -}}
{{- $secret := printf "%s-bundled" .Release.Name -}}
database:
  user: 999
  port: 5432
  data: /data
  writes: [/tmp, /var/run/postgresql]
  args: [-c, max_connections=300]
  env:
    - {name: POSTGRES_USER, value: workbench}
    - {name: POSTGRES_DB, value: workbench}
    - {name: POSTGRES_PASSWORD, valueFrom: {secretKeyRef: {name: {{ $secret }}, key: database-password}}}
    - {name: PGDATA, value: /data/pg}
broker:
  user: 999
  port: 5672
  data: /var/lib/rabbitmq
  writes: [/tmp]
  env:
    - {name: RABBITMQ_DEFAULT_USER, value: workbench}
    - {name: RABBITMQ_DEFAULT_PASS, valueFrom: {secretKeyRef: {name: {{ $secret }}, key: broker-password}}}
    # Its data is kept by this name.
    - {name: RABBITMQ_NODENAME, value: rabbit@localhost}
    - {name: RABBITMQ_LOGS, value: "-"}
    # Erlang sets memory aside for as many as there may be open files, which in a container may be a billion.
    - {name: ERL_MAX_PORTS, value: "65536"}
store:
  user: 10001
  port: 8333
  data: /data
  writes: [/tmp]
  # Its parts speak to each other on loopback. A bucket claims volumes one by one: many small ones.
  command: [weed, -logtostderr=true, server, -dir=/data, -ip=127.0.0.1, -ip.bind=127.0.0.1, -master.telemetry=false,
            -master.volumeSizeLimitMB=128, -volume.max=200, -volume.minFreeSpace=0, -volume.preStopSeconds=0,
            -s3, -s3.ip.bind=0.0.0.0, -s3.port=8333, -s3.config=/etc/store/s3.json, -s3.iam=false,
            -s3.port.iceberg=0, -s3.port.lance=0]
  files: {mountPath: /etc/store, key: s3.json}
{{- end }}
