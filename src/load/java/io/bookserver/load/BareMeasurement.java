package io.bookserver.load;

import io.bookserver.devbroker.EmbeddedBroker;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/**
 * The same clients on {@link BareFanOut}: the cost of fanning out without books.
 *
 * <p><i>Not thread-safe; confined to the thread that measures.</i>
 */
final class BareMeasurement {
    private BareMeasurement() {}

    /** Sends as many frames per second to each client as its markets would change their top with the same options. */
    static Result run(LoadOptions options, Path folder) throws Exception {
        int port = EmbeddedBroker.freePort();
        long framesPerSecond = Math.round(
                options.rate * (options.isDelta() ? 1 : options.topShare) * options.markets / options.books);
        List<String> arguments = List.of("-cp", System.getProperty("java.class.path"), BareFanOut.class.getName(),
                Integer.toString(port), Long.toString(framesPerSecond), Integer.toString(options.clients),
                Integer.toString(options.bareBytes));
        List<ClientLoop> loops = new ArrayList<>();
        List<BareReader> readers = new ArrayList<>();
        try (ServerProcess server = ServerProcess.start(options, port, arguments, folder, "bare")) {
            server.awaitReady();
            for (int i = 0; i < options.clientThreads; i++) {
                readers.add(new BareReader());
                loops.add(new ClientLoop(readers.get(i), i));
            }
            for (int i = 0; i < options.clients; i++) {
                loops.get(i % loops.size()).add(LoadClient.connect(
                        URI.create(server.url()), "{}", new int[0], Optional.empty(), ""));
            }
            Thread.sleep(1000L * options.warmUp);
            long fromNanos = System.nanoTime();
            long toNanos = fromNanos + 1_000_000_000L * options.seconds;
            readers.forEach(reader -> reader.measure(fromNanos, toNanos));
            double cpuBefore = server.cpuSeconds();
            Thread.sleep(1000L * options.seconds);
            double cpu = server.cpuSeconds() - cpuBefore;
            Thread.sleep(1000);
            return result(options, framesPerSecond, loops, readers).put("server_cpu_s", cpu);
        } finally {
            for (ClientLoop loop : loops) {
                loop.close();
            }
        }
    }

    private static Result result(
            LoadOptions options, long framesPerSecond, List<ClientLoop> loops, List<BareReader> readers) {
        var latencyNanos = new Histogram(1_000, 120_000_000_000L, 3);
        long delivered = 0;
        long arrived = 0;
        long bytes = 0;
        for (int i = 0; i < loops.size(); i++) {
            loops.get(i).ask(() -> true);
            latencyNanos.add(readers.get(i).latencyNanos);
            delivered += readers.get(i).delivered;
            arrived += readers.get(i).arrived;
            bytes += readers.get(i).bytes;
        }
        return new Result().put("rate", options.rate).put("clients", options.clients)
                .put("markets_each", options.markets).put("channel", "bare")
                .put("expected", framesPerSecond * options.clients * options.seconds).put("delivered", delivered)
                .put("messages_per_s", (double) arrived / options.seconds)
                .put("bytes_each", delivered == 0 ? 0 : bytes / delivered).latencies("", latencyNanos);
    }
}
