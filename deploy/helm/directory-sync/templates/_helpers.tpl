{{- define "directory-sync.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* A CronJob adds up to 11 characters to its name. */}}
{{- define "directory-sync.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else if contains (include "directory-sync.name" .) .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "directory-sync.name" .) | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "directory-sync.selectorLabels" -}}
app.kubernetes.io/name: {{ include "directory-sync.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "directory-sync.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "directory-sync.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "directory-sync.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "directory-sync.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "directory-sync.image" -}}
{{- if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{- define "directory-sync.pod" -}}
metadata:
  labels:
    {{- include "directory-sync.labels" . | nindent 4 }}
  annotations:
    # After a change of the configuration, the pods of a Deployment are replaced.
    checksum/config: {{ .Values.config | toYaml | sha256sum }}
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  {{- if eq .Values.mode "cronJob" }}
  # podFailurePolicy requires this. Each retry is a separate pod, and its log is kept.
  restartPolicy: Never
  {{- end }}
  # Time to complete the changes in progress.
  terminationGracePeriodSeconds: 60
  serviceAccountName: {{ include "directory-sync.serviceAccountName" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  securityContext:
    {{- toYaml .Values.podSecurityContext | nindent 4 }}
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: directory-sync
      image: {{ include "directory-sync.image" . }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      command:
        - directory-sync
        {{- if eq .Values.mode "deployment" }}
        - run
        {{- end }}
        {{- if .Values.persistence.enabled }}
        - --undo-file
        - /var/lib/directory-sync/undo.json
        - --report
        - /var/lib/directory-sync/report.json
        - --metrics-file
        - /var/lib/directory-sync/directory_sync.prom
        {{- end }}
        {{- with .Values.extraArgs }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- if or .Values.persistence.enabled .Values.extraEnv }}
      env:
        {{- if .Values.persistence.enabled }}
        # A run that is started by hand during another one exits with 5.
        - name: DIRECTORY_SYNC__LOCK__DIR
          value: /var/lib/directory-sync
        {{- end }}
        {{- with .Values.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- end }}
      {{- with .Values.existingEnvSecret }}
      envFrom:
        - secretRef:
            name: {{ . }}
      {{- end }}
      resources:
        {{- toYaml .Values.resources | nindent 8 }}
      securityContext:
        {{- toYaml .Values.securityContext | nindent 8 }}
      volumeMounts:
        - name: config
          mountPath: /opt/famedly-sync-agent
          readOnly: true
        {{- if .Values.persistence.enabled }}
        - name: state
          mountPath: /var/lib/directory-sync
        {{- end }}
        - name: tmp
          mountPath: /tmp
        {{- with .Values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    - name: config
      projected:
        # 0440
        defaultMode: 288
        sources:
          - configMap:
              name: {{ default (include "directory-sync.fullname" .) .Values.existingConfigMap }}
          {{- with .Values.existingSecret }}
          - secret:
              name: {{ . }}
          {{- end }}
    {{- if .Values.persistence.enabled }}
    - name: state
      persistentVolumeClaim:
        claimName: {{ default (include "directory-sync.fullname" .) .Values.persistence.existingClaim }}
    {{- end }}
    - name: tmp
      emptyDir:
        sizeLimit: 16Mi
    {{- with .Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
