package io.bookserver.chaos.world;

import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.testkit.Keytool;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PfxOptions;
import io.vertx.core.net.SSLOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * TLS in front of a port, with a certificate of an authority of its own, which may expire and be renewed.
 *
 * <p><i>Thread-safe.</i>
 */
public final class TlsGate implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final String VALID = "valid";
    private static final String EXPIRED = "expired";

    private final Path keys;
    private final Path trusted;
    private final int port = EmbeddedBroker.freePort();
    private final Vertx vertx = Vertx.vertx();
    private final NetClient client = vertx.createNetClient();
    private final NetServer server;
    private final AtomicLong refused = new AtomicLong();

    /**
     * @param folder for the keys
     * @param to the port behind it
     */
    TlsGate(Path folder, int to) throws InterruptedException {
        keys = folder.resolve("exchange-keys.p12").toAbsolutePath();
        trusted = folder.resolve("exchange-trusted.p12").toAbsolutePath();
        Path authority = folder.resolve("exchange-authority.crt");
        key("authority", "-ext", "bc:c");
        // whose clock is wrong by a minute finds the one valid and the other one not
        key(VALID, "-signer", "authority", "-ext", "san=ip:" + HOST, "-startdate", "-1d", "-validity", "10");
        key(EXPIRED, "-signer", "authority", "-ext", "san=ip:" + HOST, "-startdate", "-3d", "-validity", "2");
        Keytool.run(keys, "-exportcert", "-rfc", "-alias", "authority", "-file", authority.toString());
        Keytool.run(trusted, "-importcert", "-noprompt", "-alias", "authority", "-file", authority.toString());
        server = vertx.createNetServer(new NetServerOptions().setHost(HOST).setPort(port).setSsl(true)
                .setKeyCertOptions(certificate(VALID)));
        server.exceptionHandler(failure -> {
            // what the other side has said before it closed
            if (String.valueOf(failure.getMessage()).contains("certificate_")) {
                refused.incrementAndGet();
            }
        });
        await(server.connectHandler(from -> pass(from, to)).listen());
    }

    private void key(String alias, String... more) {
        String[] arguments = {"-genkeypair", "-keyalg", "EC", "-alias", alias, "-dname", "CN=" + alias};
        Keytool.run(keys, Stream.of(arguments, more).flatMap(Stream::of).toArray(String[]::new));
    }

    private PfxOptions certificate(String alias) {
        return new PfxOptions().setPath(keys.toString()).setPassword(Keytool.STORE_PASSWORD).setAlias(alias);
    }

    private void pass(NetSocket from, int to) {
        from.pause();
        client.connect(to, HOST).onSuccess(behind -> {
            from.pipeTo(behind);
            behind.pipeTo(from);
        }).onFailure(refused -> from.close());
    }

    /** Where one connects to. */
    int port() {
        return port;
    }

    /** The JVM options of who is to trust its authority, and no other. */
    List<String> trust() {
        return List.of("-Djavax.net.ssl.trustStore=" + trusted, "-Djavax.net.ssl.trustStoreType=PKCS12",
                "-Djavax.net.ssl.trustStorePassword=" + Keytool.STORE_PASSWORD);
    }

    /** From now on its certificate has expired; connections that are there stay. */
    public void expire() throws InterruptedException {
        use(EXPIRED);
    }

    public void renew() throws InterruptedException {
        use(VALID);
    }

    /** How many handshakes the other side has ended because of the certificate: none but the expired one gives it a reason. */
    public long refused() {
        return refused.get();
    }

    private void use(String alias) throws InterruptedException {
        await(server.updateSSLOptions(new SSLOptions().setKeyCertOptions(certificate(alias))));
    }

    private static void await(Future<?> done) throws InterruptedException {
        try {
            done.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("TLS in front of the exchange has failed", e);
        }
    }

    @Override
    public void close() throws InterruptedException {
        await(vertx.close());
    }
}
