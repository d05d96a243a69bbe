package io.bookserver.testkit;

import io.bookserver.devbroker.EmbeddedBroker;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * A broker that lets the server in by TLS, with certificates on both sides that no public authority has signed, and
 * SCRAM-SHA-512, and where the server may do what OPERATIONS.md names and nothing else. The server's password is unknown to it until
 * {@link #learnPassword()}. A test's fields of type {@link Proxy}, which needs no password, and of this type are set.
 */
public class SecuredBroker implements QuarkusTestResourceLifecycleManager {
    private static final String USER = "orderbook";
    private static final String PASSWORD = "of the server";
    private static final String ALIAS = "key";
    static final String STORE_PASSWORD = "of-the-store";

    private Path keys;
    private EmbeddedBroker broker;
    private Proxy proxy;

    /** From now on the broker knows the server's password. */
    public void learnPassword() {
        administer(admin -> admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(USER,
                new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), PASSWORD))).all());
    }

    @Override
    public Map<String, String> start() {
        try {
            keys = Files.createTempDirectory("broker-keys-");
        } catch (IOException e) {
            throw new UncheckedIOException("no folder for the broker's keys", e);
        }
        Path brokerStore = keys.resolve("broker.p12");
        Path certificate = keys.resolve("ca.crt");
        makeKey(brokerStore, certificate);
        Path userStore = keys.resolve("user.p12");
        Path userCertificate = keys.resolve("user.crt");
        makeKey(userStore, userCertificate);
        int port = EmbeddedBroker.freePort();
        broker = EmbeddedBroker.startSecured(port, Map.of(
                "listener.name.sasl_ssl.ssl.keystore.type", "PKCS12",
                "listener.name.sasl_ssl.ssl.keystore.location", brokerStore.toString(),
                "listener.name.sasl_ssl.ssl.keystore.password", STORE_PASSWORD,
                "listener.name.sasl_ssl.ssl.truststore.type", "PEM",
                "listener.name.sasl_ssl.ssl.truststore.location", userCertificate.toString(),
                "listener.name.sasl_ssl.ssl.client.auth", "required",
                "sasl.enabled.mechanisms", "SCRAM-SHA-512",
                "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required;",
                "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                // who comes by the other listeners
                "super.users", "User:ANONYMOUS"));
        Topics.createMarketData(broker.bootstrapServers(), 4);
        administer(admin -> admin.createAcls(List.of(
                allowed(AclOperation.READ, ResourceType.TOPIC, Topics.MARKET_DATA, PatternType.LITERAL),
                allowed(AclOperation.DESCRIBE, ResourceType.TOPIC, Topics.MARKET_DATA, PatternType.LITERAL),
                allowed(AclOperation.READ, ResourceType.GROUP, "orderbook-server-", PatternType.PREFIXED),
                allowed(AclOperation.WRITE, ResourceType.TOPIC, Topics.DEAD_LETTERS, PatternType.LITERAL),
                allowed(AclOperation.DESCRIBE, ResourceType.TOPIC, Topics.DEAD_LETTERS, PatternType.LITERAL))).all());
        proxy = new Proxy(broker.bootstrapServers());
        return Map.of(
                // what is refused stands in the topic before the server may read it
                "orderbook.ingest.dead-letters-of-the-rebuild", "true",
                "kafka.bootstrap.servers", "127.0.0.1:" + port,
                "kafka.security.protocol", "SASL_SSL",
                "kafka.sasl.mechanism", "SCRAM-SHA-512",
                "kafka.sasl.jaas.config", "org.apache.kafka.common.security.scram.ScramLoginModule required username=\""
                        + USER + "\" password=\"" + PASSWORD + "\";",
                "kafka.ssl.truststore.type", "PEM",
                "kafka.ssl.truststore.location", certificate.toString(),
                "kafka.ssl.keystore.type", "PEM",
                "kafka.ssl.keystore.location", keyAndChain(userStore, userCertificate).toString());
    }

    @Override
    public void inject(TestInjector testInjector) {
        testInjector.injectIntoFields(proxy, new TestInjector.MatchesType(Proxy.class));
        testInjector.injectIntoFields(this, new TestInjector.MatchesType(SecuredBroker.class));
    }

    @Override
    public void stop() {
        if (proxy != null) {
            proxy.close();
        }
        if (broker != null) {
            broker.close();
        }
        deleteKeys(keys);
    }

    static void deleteKeys(Path keys) {
        try (Stream<Path> files = Files.list(keys)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(keys);
        } catch (IOException e) {
            throw new UncheckedIOException("keys stay in " + keys, e);
        }
    }

    private static AclBinding allowed(AclOperation operation, ResourceType type, String name, PatternType pattern) {
        return new AclBinding(new ResourcePattern(type, name, pattern),
                new AccessControlEntry("User:" + USER, "*", operation, AclPermissionType.ALLOW));
    }

    private void administer(Administration administration) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            administration.apply(admin).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the broker refuses", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** A key pair in a store of its own, and its certificate. */
    static void makeKey(Path store, Path certificate) {
        keytool(store, "-genkeypair", "-alias", ALIAS, "-keyalg", "RSA", "-dname", "CN=test", "-ext", "san=ip:127.0.0.1");
        keytool(store, "-exportcert", "-rfc", "-alias", ALIAS, "-file", certificate.toString());
    }

    /** One file, as a client is given it: the private key, then its certificates. */
    private static Path keyAndChain(Path store, Path certificate) {
        try {
            char[] password = STORE_PASSWORD.toCharArray();
            byte[] key = KeyStore.getInstance(store.toFile(), password).getKey(ALIAS, password).getEncoded();
            String encoded = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key);
            return Files.writeString(store.resolveSibling("user.pem"),
                    "-----BEGIN PRIVATE KEY-----\n" + encoded + "\n-----END PRIVATE KEY-----\n" + Files.readString(certificate));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("no key in " + store, e);
        }
    }

    private static void keytool(Path store, String... arguments) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-storetype", "PKCS12", "-keystore", store.toString(), "-storepass", STORE_PASSWORD));
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(store.resolveSibling("keytool.log").toFile()).start();
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IllegalStateException(Files.readString(store.resolveSibling("keytool.log")));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private interface Administration {
        KafkaFuture<Void> apply(Admin admin);
    }
}
