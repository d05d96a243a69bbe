package io.bookserver.testkit;

import io.bookserver.devbroker.EmbeddedBroker;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A broker with a TLS listener for the server and a plaintext listener for the test. Its certificate is self-signed. A
 * test's fields of the subclass and of type {@link Proxy}, which uses the plaintext listener, are set.
 */
abstract class TlsBroker implements QuarkusTestResourceLifecycleManager {
    static final String ALIAS = "key";
    static final String STORE_PASSWORD = Keytool.STORE_PASSWORD;

    private Path keys;
    private EmbeddedBroker broker;
    private Proxy proxy;

    /** Starts the broker with further settings of the TLS listener; returns all settings of the server. */
    final Map<String, String> start(Map<String, String> listener, Map<String, String> server) {
        int port = EmbeddedBroker.freePort();
        Map<String, String> ofBroker = new HashMap<>(Map.of(
                "listener.name.sasl_ssl.ssl.keystore.type", "PKCS12",
                "listener.name.sasl_ssl.ssl.keystore.location", store("broker").toString(),
                "listener.name.sasl_ssl.ssl.keystore.password", STORE_PASSWORD));
        ofBroker.putAll(listener);
        broker = EmbeddedBroker.startSecured(port, ofBroker);
        Topics.createMarketData(broker.bootstrapServers(), 4);
        proxy = new Proxy(broker.bootstrapServers());
        Map<String, String> ofServer = new HashMap<>(Map.of(
                // rejected records are in the topic before the server may read it
                "orderbook.ingest.dead-letters-of-the-rebuild", "true",
                "kafka.bootstrap.servers", "127.0.0.1:" + port,
                "kafka.security.protocol", "SASL_SSL",
                "kafka.ssl.truststore.type", "PEM",
                "kafka.ssl.truststore.location", certificate("broker").toString()));
        ofServer.putAll(server);
        return ofServer;
    }

    /** The address of the plaintext listener. */
    final String bootstrapServers() {
        return broker.bootstrapServers();
    }

    @Override
    public void inject(TestInjector testInjector) {
        testInjector.injectIntoFields(proxy, new TestInjector.MatchesType(Proxy.class));
        testInjector.injectIntoFields(this, new TestInjector.MatchesType(getClass()));
    }

    @Override
    public void stop() {
        if (proxy != null) {
            proxy.close();
        }
        if (broker != null) {
            broker.close();
        }
        try (Stream<Path> files = Files.list(keys)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(keys);
        } catch (IOException e) {
            throw new UncheckedIOException("keys stay in " + keys, e);
        }
    }

    /** Creates a key pair in a store of that name, and its certificate. */
    final void makeKey(String name) {
        try {
            keys = keys == null ? Files.createTempDirectory("broker-keys-") : keys;
        } catch (IOException e) {
            throw new UncheckedIOException("no folder for keys", e);
        }
        Keytool.run(store(name), "-genkeypair", "-alias", ALIAS, "-keyalg", "RSA", "-dname", "CN=test", "-ext",
                "san=ip:127.0.0.1");
        Keytool.run(store(name), "-exportcert", "-rfc", "-alias", ALIAS, "-file", certificate(name).toString());
    }

    final Path store(String name) {
        return keys.resolve(name + ".p12");
    }

    final Path certificate(String name) {
        return keys.resolve(name + ".crt");
    }
}
