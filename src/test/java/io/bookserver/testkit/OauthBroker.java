package io.bookserver.testkit;

import io.bookserver.devbroker.EmbeddedBroker;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A broker that lets the server in by TLS and OAUTHBEARER, with tokens of a {@link TokenEndpoint}, whose certificate no
 * public authority has signed. A test's fields of type {@link Proxy}, which needs no token, and {@link TokenEndpoint}
 * are set.
 */
public class OauthBroker implements QuarkusTestResourceLifecycleManager {
    /** Kafka asks nothing of an address that is not named here. */
    private static final String ALLOWED = "org.apache.kafka.sasl.oauthbearer.allowed.urls";

    private static final String LOGIN_MODULE = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule";

    private Path keys;
    private TokenEndpoint tokens;
    private EmbeddedBroker broker;
    private Proxy proxy;

    @Override
    public Map<String, String> start() {
        try {
            keys = Files.createTempDirectory("broker-keys-");
        } catch (IOException e) {
            throw new UncheckedIOException("no folder for keys", e);
        }
        Path store = keys.resolve("broker.p12");
        Path certificate = keys.resolve("ca.crt");
        SecuredBroker.makeKey(store, certificate);
        tokens = TokenEndpoint.start(store, SecuredBroker.STORE_PASSWORD);
        // the broker's, in this process
        System.setProperty(ALLOWED, tokens.keySetUrl());
        int port = EmbeddedBroker.freePort();
        String mechanism = "listener.name.sasl_ssl.oauthbearer.";
        broker = EmbeddedBroker.startSecured(port, Map.of(
                "listener.name.sasl_ssl.ssl.keystore.type", "PKCS12",
                "listener.name.sasl_ssl.ssl.keystore.location", store.toString(),
                "listener.name.sasl_ssl.ssl.keystore.password", SecuredBroker.STORE_PASSWORD,
                "sasl.enabled.mechanisms", "OAUTHBEARER",
                mechanism + "sasl.jaas.config", LOGIN_MODULE + " required;",
                mechanism + "sasl.server.callback.handler.class",
                "org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler",
                mechanism + "sasl.oauthbearer.jwks.endpoint.url", tokens.keySetUrl()));
        Topics.createMarketData(broker.bootstrapServers(), 4);
        proxy = new Proxy(broker.bootstrapServers());
        Map<String, String> settings = new HashMap<>(Map.of(
                ALLOWED, tokens.url(),
                "kafka.bootstrap.servers", "127.0.0.1:" + port,
                "kafka.security.protocol", "SASL_SSL",
                "kafka.sasl.mechanism", "OAUTHBEARER",
                "kafka.sasl.login.callback.handler.class",
                "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler",
                "kafka.sasl.oauthbearer.token.endpoint.url", tokens.url(),
                "kafka.sasl.oauthbearer.client.credentials.client.id", TokenEndpoint.CLIENT,
                "kafka.sasl.oauthbearer.client.credentials.client.secret", TokenEndpoint.SECRET,
                "kafka.sasl.jaas.config", LOGIN_MODULE + " required ssl.truststore.type=\"PEM\" ssl.truststore.location=\""
                        + certificate + "\";"));
        settings.put("kafka.ssl.truststore.type", "PEM");
        // what is refused may stand in the topic before the server has its token
        settings.put("orderbook.ingest.dead-letters-of-the-rebuild", "true");
        settings.put("kafka.ssl.truststore.location", certificate.toString());
        return settings;
    }

    @Override
    public void inject(TestInjector testInjector) {
        testInjector.injectIntoFields(proxy, new TestInjector.MatchesType(Proxy.class));
        testInjector.injectIntoFields(tokens, new TestInjector.MatchesType(TokenEndpoint.class));
    }

    @Override
    public void stop() {
        if (proxy != null) {
            proxy.close();
        }
        if (broker != null) {
            broker.close();
        }
        if (tokens != null) {
            tokens.close();
        }
        System.clearProperty(ALLOWED);
        SecuredBroker.deleteKeys(keys);
    }
}
