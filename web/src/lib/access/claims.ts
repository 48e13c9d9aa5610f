/** Claims of an identity rule as lines `name = value`, and where tokens come from. */

/** The lines of a rule's claims. */
export const claimLines = (claims: unknown): string =>
  Object.entries((claims ?? {}) as Record<string, unknown>)
    .map(([name, value]) => `${name} = ${String(value)}`)
    .join('\n');

/** The claims of lines; the first line that is not `name = value`, where there is one. */
export function readClaims(text: string): { claims: Record<string, string>; bad?: string } {
  const claims: Record<string, string> = {};
  for (const line of text
    .split('\n')
    .map((one) => one.trim())
    .filter(Boolean)) {
    const [, name, value] = /^([^=\s]+)\s*=\s*(\S.*)$/.exec(line) ?? [];
    if (!name || !value) return { claims, bad: line };
    claims[name] = value;
  }
  return { claims };
}

export type Source = 'github' | 'kubernetes' | 'other';

export interface Example {
  issuer: string;
  claims: string;
}

/** What a rule for a source usually says; names in capitals are to be replaced. */
export const examples: Record<Source, Example> = {
  github: {
    issuer: 'https://token.actions.githubusercontent.com',
    claims: 'repository = OWNER/REPOSITORY\nref = refs/heads/main',
  },
  kubernetes: {
    issuer: 'https://kubernetes.default.svc.cluster.local',
    claims: 'sub = system:serviceaccount:NAMESPACE:NAME',
  },
  other: { issuer: '', claims: '' },
};

/** What the job says, for the client to sign in with its own identity; nothing for sources we do not know. */
export function snippet(source: Source, server: string, audience: string): string | undefined {
  if (source === 'github') return github(server, audience);
  if (source === 'kubernetes') return kubernetes(server, audience);
  return undefined;
}

const github = (server: string, audience: string): string => `permissions:
  contents: read
  id-token: write
steps:
  - name: Identity token for ${server}
    run: |
      curl -sSf -H "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \\
        "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=${encodeURIComponent(audience)}" |
        jq -r .value > "$RUNNER_TEMP/wandb-token"
      echo "WANDB_IDENTITY_TOKEN_FILE=$RUNNER_TEMP/wandb-token" >> "$GITHUB_ENV"
      echo "WANDB_BASE_URL=${server}" >> "$GITHUB_ENV"
  - run: python train.py`;

const kubernetes = (server: string, audience: string): string => `spec:
  serviceAccountName: NAME
  containers:
    - name: train
      env:
        - name: WANDB_BASE_URL
          value: ${server}
        - name: WANDB_IDENTITY_TOKEN_FILE
          value: /var/run/wandb/token
      volumeMounts:
        - name: wandb-token
          mountPath: /var/run/wandb
  volumes:
    - name: wandb-token
      projected:
        sources:
          - serviceAccountToken:
              audience: ${audience}
              expirationSeconds: 3600
              path: token`;
