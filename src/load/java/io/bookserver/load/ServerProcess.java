package io.bookserver.load;

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
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The server that is measured: a process of ours, or one that runs already, of which only the address is known.
 *
 * <p><i>Not thread-safe; confined to the thread that measures.</i>
 */
final class ServerProcess implements AutoCloseable {
    private static final Path JAR = Path.of("target", "quarkus-app", "quarkus-run.jar");
    private static final Duration START_AT_MOST = Duration.ofSeconds(90);
    private static final Pattern PAUSE = Pattern.compile("Pause .*?([0-9.]+)ms$");

    private final String url;
    private final Optional<Process> process;
    private final Path gcLog;
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    private ServerProcess(String url, Optional<Process> process, Path gcLog) {
        this.url = url;
        this.process = process;
        this.gcLog = gcLog;
    }

    /** The JVM's arguments that start the packaged server on that topic. */
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
     * @param arguments behind the JVM's own options
     */
    static ServerProcess start(LoadOptions options, int port, List<String> arguments, Path folder, String name)
            throws IOException {
        Files.createDirectories(folder);
        Path gcLog = folder.resolve("gc-" + name + ".log");
        List<String> command = new ArrayList<>();
        command.add(Path.of(options.java, "bin", "java").toString());
        command.addAll(LoadOptions.words(options.serverOptions));
        // ZGC tells its pauses among the phases
        command.add("-Xlog:gc,gc+phases:file=" + gcLog);
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("server-" + name + ".log").toFile())
                .start();
        var server = new ServerProcess("http://127.0.0.1:" + port, Optional.of(process), gcLog);
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        return server;
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
                throw new IllegalStateException("the server ended with " + process.get().exitValue() + "; see its log");
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

    /** The sum of a metric over its tags; 0 where there is none. */
    double metric(String metrics, String name, String tag) {
        double sum = 0;
        for (String line : metrics.split("\n")) {
            if ((line.startsWith(name + "{") || line.startsWith(name + " ")) && line.contains(tag)) {
                sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
            }
        }
        return sum;
    }

    double cpuSeconds() {
        return process.flatMap(one -> one.toHandle().info().totalCpuDuration()).map(Duration::toNanos).orElse(0L) / 1e9;
    }

    /** Resident memory in kB, 0 where it cannot be known. */
    long residentKb() {
        if (process.isEmpty()) {
            return 0;
        }
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(process.get().pid()), "status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).findFirst().orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    /** Lets it collect its garbage, so that what is left is in use. */
    void collectGarbage(LoadOptions options) throws IOException, InterruptedException {
        if (process.isPresent()) {
            Path jcmd = Path.of(options.java, "bin", "jcmd");
            new ProcessBuilder(jcmd.toString(), Long.toString(process.get().pid()), "GC.run")
                    .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start().waitFor(20, TimeUnit.SECONDS);
        }
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

    /** Ends the process if it is ours, and waits for that. */
    @Override
    public void close() {
        process.ifPresent(one -> {
            one.destroy();
            try {
                if (!one.waitFor(20, TimeUnit.SECONDS)) {
                    one.destroyForcibly().waitFor();
                }
            } catch (InterruptedException e) {
                one.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        });
    }
}
