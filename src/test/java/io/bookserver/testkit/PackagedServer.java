package io.bookserver.testkit;

import io.bookserver.devbroker.EmbeddedBroker;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * The packaged server, a jar or an executable, in a separate process with its own settings, for tests of its start and
 * its end. It is stopped on close.
 *
 * <p><i>Not thread-safe.</i>
 */
public final class PackagedServer implements AutoCloseable {
    private static final Path BUILD = Path.of("target");
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final ChildProcess process;
    private final Path log;
    private final int port;

    private PackagedServer(ChildProcess process, Path log, int port) {
        this.process = process;
        this.log = log;
        this.port = port;
    }

    /**
     * Starts it without waiting. It listens on a free port unless the settings name one.
     *
     * @param options of the JVM or the executable, behind those of the system property {@code test.jvm} if it is a JVM
     */
    public static PackagedServer start(Map<String, String> settings, List<String> options) {
        return start(settings, options, List.of());
    }

    /** The same with at most that many file descriptors. */
    public static PackagedServer start(Map<String, String> settings, List<String> options, int maxDescriptors) {
        return start(settings, options, List.of("sh", "-c", "ulimit -n " + maxDescriptors + "; exec \"$@\"", "sh"));
    }

    private static PackagedServer start(Map<String, String> settings, List<String> options, List<String> within) {
        int port = Integer.parseInt(
                settings.getOrDefault("quarkus.http.port", Integer.toString(EmbeddedBroker.freePort())));
        List<String> command = new ArrayList<>(within);
        if (!isExecutable()) {
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            Stream.of(System.getProperty("test.jvm", "").split(" ")).filter(option -> !option.isEmpty()).forEach(command::add);
        } else {
            command.add(artifact().toString());
        }
        command.addAll(options);
        command.add("-Dquarkus.http.host=127.0.0.1");
        command.add("-Dquarkus.http.port=" + port);
        settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
        if (!isExecutable()) {
            command.addAll(List.of("-jar", artifact().toString()));
        }
        try {
            Path log = Files.createTempFile("packaged-server-", ".log");
            return new PackagedServer(ChildProcess.start(command, log), log, port);
        } catch (IOException e) {
            throw new UncheckedIOException("no file for the log", e);
        }
    }

    /** Whether the packaged artifact is an executable and not a jar. */
    public static boolean isExecutable() {
        return artifactProperties().getProperty("type").equals("native");
    }

    /** The packaged artifact: the jar that is run, or the executable. */
    public static Path artifact() {
        return BUILD.resolve(artifactProperties().getProperty("path")).toAbsolutePath();
    }

    private static Properties artifactProperties() {
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(BUILD.resolve("quarkus-artifact.properties"))) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException("nothing was packaged", e);
        }
        return properties;
    }

    /** Whether all readiness checks are UP. */
    public boolean isReady() {
        try {
            return answer("/q/health/ready").statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** The body of the response, or why there is none. */
    public String get(String path) {
        try {
            return answer(path).body();
        } catch (IOException e) {
            return "no answer: " + e;
        }
    }

    /** The address of a path. */
    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private HttpResponse<String> answer(String path) throws IOException {
        try {
            return HTTP.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** The sum of a metric over its tags; 0 if there is none. {@code tag} must be contained in the line. */
    public double metric(String name, String tag) {
        return Metrics.sum(get("/q/metrics"), name, tag);
    }

    public ChildProcess process() {
        return process;
    }

    /** The output so far. */
    public String log() {
        return process.log();
    }

    @Override
    public void close() throws IOException {
        process.close();
        Files.delete(log);
    }
}
