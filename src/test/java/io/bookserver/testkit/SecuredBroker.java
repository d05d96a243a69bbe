package io.bookserver.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
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
 * A broker that requires mutual TLS with self-signed certificates and SCRAM-SHA-512, and grants the server only the
 * rights listed in OPERATIONS.md. It does not know the server's password until {@link #learnPassword()}.
 */
public class SecuredBroker extends TlsBroker {
    private static final String USER = "orderbook";
    private static final String PASSWORD = "of the server";

    /** Adds the server's password to the broker. */
    public void learnPassword() {
        administer(admin -> admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(USER,
                new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), PASSWORD))).all());
    }

    @Override
    public Map<String, String> start() {
        makeKey("broker");
        makeKey("user");
        Map<String, String> server = start(Map.of(
                "listener.name.sasl_ssl.ssl.truststore.type", "PEM",
                "listener.name.sasl_ssl.ssl.truststore.location", certificate("user").toString(),
                "listener.name.sasl_ssl.ssl.client.auth", "required",
                "sasl.enabled.mechanisms", "SCRAM-SHA-512",
                "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required;",
                "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                // clients of the other listeners
                "super.users", "User:ANONYMOUS"), Map.of(
                "kafka.sasl.mechanism", "SCRAM-SHA-512",
                "kafka.sasl.jaas.config", "org.apache.kafka.common.security.scram.ScramLoginModule required username=\""
                        + USER + "\" password=\"" + PASSWORD + "\";",
                "kafka.ssl.keystore.type", "PEM",
                "kafka.ssl.keystore.location", keyAndChain().toString()));
        administer(admin -> admin.createAcls(List.of(
                allowed(AclOperation.READ, ResourceType.TOPIC, Topics.MARKET_DATA, PatternType.LITERAL),
                allowed(AclOperation.DESCRIBE, ResourceType.TOPIC, Topics.MARKET_DATA, PatternType.LITERAL),
                allowed(AclOperation.READ, ResourceType.GROUP, "orderbook-server-", PatternType.PREFIXED),
                allowed(AclOperation.WRITE, ResourceType.TOPIC, Topics.DEAD_LETTERS, PatternType.LITERAL),
                allowed(AclOperation.DESCRIBE, ResourceType.TOPIC, Topics.DEAD_LETTERS, PatternType.LITERAL))).all());
        return server;
    }

    private static AclBinding allowed(AclOperation operation, ResourceType type, String name, PatternType pattern) {
        return new AclBinding(new ResourcePattern(type, name, pattern),
                new AccessControlEntry("User:" + USER, "*", operation, AclPermissionType.ALLOW));
    }

    private void administer(Administration administration) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            administration.apply(admin).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the broker refuses", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** One file, in a client's format: the private key, then its certificates. */
    private Path keyAndChain() {
        Path store = store("user");
        try {
            char[] password = STORE_PASSWORD.toCharArray();
            byte[] key = KeyStore.getInstance(store.toFile(), password).getKey(ALIAS, password).getEncoded();
            String encoded = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key);
            return Files.writeString(store.resolveSibling("user.pem"),
                    "-----BEGIN PRIVATE KEY-----\n" + encoded + "\n-----END PRIVATE KEY-----\n" + Files.readString(certificate("user")));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("no key in " + store, e);
        }
    }

    private interface Administration {
        KafkaFuture<Void> apply(Admin admin);
    }
}
