package io.bookserver.load;

import io.bookserver.testkit.ChildProcess;
import io.bookserver.testkit.Metrics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The measured server: a process started by this tool, or a running one of which only the address is known.
 *
 * <p><i>Not thread-safe; confined to the thread that measures.</i>
 */
final class ServerProcess implements AutoCloseable {
    private static final Path JAR = Path.of("target", "quarkus-app", "quarkus-run.jar");
    private static final Duration START_AT_MOST = Duration.ofSeconds(90);
    private static final Pattern PAUSE = Pattern.compile("Pause .*?([0-9.]+)ms$");

    private final String url;
    private final Optional<ChildProcess> process;
    private final Path gcLog;
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    private ServerProcess(String url, Optional<ChildProcess> process, Path gcLog) {
        this.url = url;
        this.process = process;
        this.gcLog = gcLog;
    }

    /** The JVM's arguments to start the packaged server on that topic. */
    static List<String> packaged(String bootstrap, String topic, int port) {
        return List.of(
                "-Dkafka.bootstrap.servers=" + bootstrap,
                "-Dorderbook.topic=" + topic,
                "-Dorderbook.dead-letter-topic=" + topic + "-dead-letter",
                "-Dquarkus.http.host=127.0.0.1",
                "-Dquarkus.http.port=" + port,
                "-Dquarkus.shutdown.delay=0S",
                // for clients that offer it
                "-Dorderbook.stream.compression=true",
                "-jar", JAR.toString());
    }

    static ServerProcess running(String url) {
        return new ServerProcess(url, Optional.empty(), Path.of(""));
    }

    /**
     * Starts a JVM; its output and its garbage collections are logged below that folder.
     *
     * @param arguments after the JVM's own options
     */
    static ServerProcess start(LoadOptions options, int port, List<String> arguments, Path folder, String name)
            throws IOException {
        Files.createDirectories(folder);
        Path gcLog = folder.resolve("gc-" + name + ".log");
        List<String> command = new ArrayList<>();
        command.add(Path.of(options.java, "bin", "java").toString());
        command.addAll(LoadOptions.words(options.serverOptions));
        // ZGC reports its pauses among the phases
        command.add("-Xlog:gc,gc+phases:file=" + gcLog);
        command.addAll(arguments);
        return new ServerProcess("http://127.0.0.1:" + port,
                Optional.of(ChildProcess.start(command, folder.resolve("server-" + name + ".log"))), gcLog);
    }

    String url() {
        return url;
    }

    boolean isOurs() {
        return process.isPresent();
    }

    void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START_AT_MOST.toNanos();
        while (System.nanoTime() < deadline) {
            if (process.isPresent() && !process.get().isAlive()) {
                throw new IllegalStateException("the server has ended: " + process.get().log());
            }
            try {
                if (status("/q/health/ready") == 200) {
                    return;
                }
            } catch (IOException e) {
                // it does not listen yet
            }
            Thread.sleep(50);
        }
        throw new IllegalStateException("the server is not ready after " + START_AT_MOST);
    }

    String get(String path) throws IOException, InterruptedException {
        return http.send(request(path), HttpResponse.BodyHandlers.ofString()).body();
    }

    /** The sum of a metric over its tags; 0 if there is none. */
    double metric(String metrics, String name, String tag) {
        return Metrics.sum(metrics, name, tag);
    }

    double cpuSeconds() {
        return process.map(ChildProcess::cpuSeconds).orElse(0.0);
    }

    /** Resident memory in kB; 0 if unknown. */
    long residentKb() {
        return process.map(ChildProcess::residentKb).orElse(0L);
    }

    /** Runs the garbage collector, so that only live objects remain. */
    void collectGarbage() {
        process.ifPresent(ChildProcess::collectGarbage);
    }

    /** The pauses so far, in milliseconds. */
    List<Double> gcPausesMs() {
        List<Double> pauses = new ArrayList<>();
        if (process.isPresent()) {
            try {
                for (String line : Files.readAllLines(gcLog)) {
                    Matcher matcher = PAUSE.matcher(line);
                    if (matcher.find()) {
                        pauses.add(Double.parseDouble(matcher.group(1)));
                    }
                }
            } catch (IOException e) {
                return List.of();
            }
        }
        return pauses;
    }

    private int status(String path) throws IOException, InterruptedException {
        return http.send(request(path), HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private HttpRequest request(String path) {
        return HttpRequest.newBuilder(URI.create(url + path)).timeout(Duration.ofSeconds(20)).build();
    }

    /** Ends the process if this tool has started it, and waits for its end. */
    @Override
    public void close() {
        process.ifPresent(ChildProcess::close);
    }
}
