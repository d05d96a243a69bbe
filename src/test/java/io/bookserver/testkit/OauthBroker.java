package io.bookserver.testkit;

import java.util.Map;

/**
 * A broker that requires TLS and OAUTHBEARER, with tokens of a {@link TokenEndpoint}. A test's fields of that type are
 * also set.
 */
public class OauthBroker extends TlsBroker {
    /** Kafka sends no request to a URL that is not in this property. */
    private static final String ALLOWED = "org.apache.kafka.sasl.oauthbearer.allowed.urls";

    private static final String LOGIN_MODULE = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule";

    private TokenEndpoint tokens;

    @Override
    public Map<String, String> start() {
        makeKey("broker");
        tokens = TokenEndpoint.start(store("broker"), STORE_PASSWORD);
        // for the broker, which is in this process
        System.setProperty(ALLOWED, tokens.keySetUrl());
        String mechanism = "listener.name.sasl_ssl.oauthbearer.";
        return start(Map.of(
                "sasl.enabled.mechanisms", "OAUTHBEARER",
                mechanism + "sasl.jaas.config", LOGIN_MODULE + " required;",
                mechanism + "sasl.server.callback.handler.class",
                "org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler",
                mechanism + "sasl.oauthbearer.jwks.endpoint.url", tokens.keySetUrl()), Map.of(
                ALLOWED, tokens.url(),
                "kafka.sasl.mechanism", "OAUTHBEARER",
                "kafka.sasl.login.callback.handler.class",
                "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler",
                "kafka.sasl.oauthbearer.token.endpoint.url", tokens.url(),
                "kafka.sasl.oauthbearer.client.credentials.client.id", TokenEndpoint.CLIENT,
                "kafka.sasl.oauthbearer.client.credentials.client.secret", TokenEndpoint.SECRET,
                "kafka.sasl.jaas.config", LOGIN_MODULE + " required ssl.truststore.type=\"PEM\" ssl.truststore.location=\""
                        + certificate("broker") + "\";"));
    }

    @Override
    public void inject(TestInjector testInjector) {
        super.inject(testInjector);
        testInjector.injectIntoFields(tokens, new TestInjector.MatchesType(TokenEndpoint.class));
    }

    @Override
    public void stop() {
        super.stop();
        if (tokens != null) {
            tokens.close();
        }
        System.clearProperty(ALLOWED);
    }
}
