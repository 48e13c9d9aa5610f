// A real OpenID provider for the tests: prints its issuer, and signs in whoever the header `x-user` names at its own
// sign-in page, which a person would fill in.
//
//   node provider.mjs REDIRECT_URI
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const people = {
  ann: { email: 'ann@example.org', email_verified: true, preferred_username: 'ann', name: 'Ann A', groups: ['research'] },
};

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      { client_id: 'runs', client_secret: 'a secret+of%runs', redirect_uris: [process.argv[2]], response_types: ['code'] },
    ],
    pkce: { required: () => true },
    scopes: ['openid', 'profile', 'email', 'groups'],
    claims: {
      openid: ['sub'],
      profile: ['name', 'preferred_username'],
      email: ['email', 'email_verified'],
      groups: ['groups'],
    },
    // What was asked for stands in the ID token itself.
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/sign-in/${interaction.uid}` },
    findAccount: (_, id) => people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id] }) },
    cookies: { keys: ['for tests alone'] },
  });
  const callback = provider.callback();
  server.on('request', async (request, response) => {
    if (!request.url.startsWith('/sign-in/')) return callback(request, response);
    const { params } = await provider.interactionDetails(request, response);
    const user = request.headers['x-user'];
    const grant = new provider.Grant({ accountId: user, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    const result = { login: { accountId: user }, consent: { grantId: await grant.save() } };
    return provider.interactionFinished(request, response, result);
  });
  console.log(issuer);
});
