package io.bookserver.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.lang.JoseException;

/**
 * An identity provider for Kafka's clients: over https it gives a signed token to a client that knows the secret. The
 * keys that sign its tokens are in a file.
 *
 * <p><i>Thread-safe.</i>
 */
public final class TokenEndpoint implements AutoCloseable {
    static final String CLIENT = "orderbook";
    static final String SECRET = "of the client";
    private static final int LIFETIME_SECONDS = 900;

    private final HttpsServer server;
    private final RsaJsonWebKey key;
    private final Path keySet;
    private final AtomicInteger granted = new AtomicInteger();

    private TokenEndpoint(HttpsServer server, RsaJsonWebKey key, Path keySet) {
        this.server = server;
        this.key = key;
        this.keySet = keySet;
    }

    /** Starts an endpoint with the certificate in that store, and its key set next to the store. */
    static TokenEndpoint start(Path store, String password) {
        try {
            RsaJsonWebKey key = RsaJwkGenerator.generateJwk(2048);
            key.setKeyId("the only one");
            Path keySet = Files.writeString(store.resolveSibling("key-set.json"),
                    new JsonWebKeySet(key).toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(KeyStore.getInstance(store.toFile(), password.toCharArray()), password.toCharArray());
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(keys.getKeyManagers(), null, null);
            HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
            server.setHttpsConfigurator(new HttpsConfigurator(tls));
            TokenEndpoint endpoint = new TokenEndpoint(server, key, keySet);
            server.createContext("/token", endpoint::answer);
            server.start();
            return endpoint;
        } catch (GeneralSecurityException | JoseException | IOException e) {
            throw new IllegalStateException("no token endpoint", e);
        }
    }

    String url() {
        return "https://127.0.0.1:" + server.getAddress().getPort() + "/token";
    }

    String keySetUrl() {
        return keySet.toUri().toString();
    }

    /** The number of tokens granted so far. */
    public int granted() {
        return granted.get();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        byte[] credentials = (CLIENT + ":" + SECRET).getBytes(StandardCharsets.UTF_8);
        String expected = "Basic " + Base64.getEncoder().encodeToString(credentials);
        boolean known = expected.equals(exchange.getRequestHeaders().getFirst("Authorization"));
        String answer = known
                ? "{\"access_token\":\"" + token()
                        + "\",\"token_type\":\"Bearer\",\"expires_in\":" + LIFETIME_SECONDS + "}"
                : "{\"error\":\"invalid_client\"}";
        byte[] body = answer.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(known ? 200 : 401, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
        if (known) {
            granted.incrementAndGet();
        }
    }

    private String token() throws IOException {
        JwtClaims claims = new JwtClaims();
        claims.setSubject(CLIENT);
        claims.setIssuedAtToNow();
        claims.setExpirationTimeMinutesInTheFuture(LIFETIME_SECONDS / 60f);
        JsonWebSignature signature = new JsonWebSignature();
        signature.setPayload(claims.toJson());
        signature.setKey(key.getPrivateKey());
        signature.setKeyIdHeaderValue(key.getKeyId());
        signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.RSA_USING_SHA256);
        try {
            return signature.getCompactSerialization();
        } catch (JoseException e) {
            throw new IOException("token not signed", e);
        }
    }
}
