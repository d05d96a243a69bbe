package io.bookserver.load;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/**
 * One measurement on one server: its clients connect, everything is published and followed to the end, and they
 * disconnect.
 *
 * <p><i>Not thread-safe; confined to the thread that measures.</i>
 */
final class Measurement {
    private static final int CONNECTING_THREADS = 4;
    private static final int SMALL_RECEIVE_BUFFER = 4096;
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final LoadOptions options;
    private final Stage stage;
    private final ServerProcess server;
    private final LoadPlan plan;
    private final List<BookReader> readers = new ArrayList<>();
    private final List<ClientLoop> loops = new ArrayList<>();
    private final List<LoadClient> stalled = new ArrayList<>();
    private final Result result = new Result();

    Measurement(LoadOptions options, Stage stage) {
        this.options = options;
        this.stage = stage;
        this.server = stage.server();
        this.plan = stage.publisher().plan(options);
    }

    Result run() throws Exception {
        result.put("rate", options.rate).put("clients", options.clients)
                .put("markets_each", options.markets).put("channel", options.channel)
                .put("depth", options.depth).put("trade_share", options.tradeShare).put("stalled", options.stalled)
                .put("compressed", options.compressed ? 1 : 0).put("hostile", options.hostile);
        try {
            server.collectGarbage();
            long residentBefore = server.residentKb();
            double heapBefore = heapBytes();
            memory("before");
            connect();
            await("every client's first messages", () -> sum(client -> client.opened) >= opening());
            measure();
            if (server.isOurs()) {
                memory(residentBefore, heapBefore);
            }
            result.put("wrong_books", stage.wrongBooks());
        } finally {
            for (ClientLoop loop : loops) {
                loop.close();
            }
            for (LoadClient client : stalled) {
                client.close();
            }
        }
        if (server.isOurs()) {
            server.collectGarbage();
            memory("after");
        }
        return result;
    }

    private void measure() throws Exception {
        ExecutorService publishing = Executors.newSingleThreadExecutor();
        try (var rest = new RestReaders(server.url(), options, stage.publisher().markets());
                var hostile = HostileProcess.start(options, stage);
                var waiting = new Waiting(server.url())) {
            String metricsBefore = server.get("/q/metrics");
            Future<Long> latest = publishing.submit(() -> stage.publisher().publish(plan));
            Thread.sleep(100 + 1000L * options.warmUp);
            long beforeNanos = System.nanoTime();
            double cpuBefore = server.cpuSeconds();
            double ownCpuBefore = ownCpuSeconds();
            double idleBefore = idleSeconds();
            int pausesBefore = server.gcPausesMs().size();
            hostile.begin();
            long latestNanos = latest.get();
            double publishingSeconds = (System.nanoTime() - beforeNanos) / 1e9;
            double cpu = server.cpuSeconds() - cpuBefore;
            double ownCpu = ownCpuSeconds() - ownCpuBefore;
            double idle = idleSeconds() - idleBefore;
            hostile.end(publishingSeconds, result);
            double othersCpu = Runtime.getRuntime().availableProcessors() * publishingSeconds - idle - cpu - ownCpu
                    - result.number("hostile_cpu_s");
            List<Double> pauses = server.gcPausesMs();
            pauses = pauses.subList(Math.min(pausesBefore, pauses.size()), pauses.size());
            result.latencies("ping_", waiting.end());
            Histogram restNanos = rest.end();
            hostile.close();
            boolean drained = drain();
            counts(drained);
            String metrics = server.get("/q/metrics");
            result.put("publisher_late_ms", latestNanos / 1e6).put("server_cpu_s", cpu).put("tool_cpu_s", ownCpu);
            result.put("others_cpu_s", othersCpu).put("publishing_s", publishingSeconds);
            result.put("gc_pauses", pauses.size()).put("gc_total_ms", pauses.stream().mapToDouble(p -> p).sum());
            result.put("gc_max_ms", pauses.stream().mapToDouble(p -> p).max().orElse(0));
            for (String name : List.of("conflated", "overruns")) {
                String metric = "orderbook_stream_" + name + "_total";
                result.put("server_" + name,
                        (long) (server.metric(metrics, metric, "") - server.metric(metricsBefore, metric, "")));
            }
            if (options.readers > 0) {
                result.put("rest_requests", restNanos.getTotalCount()).latencies("rest_", restNanos);
            }
        } finally {
            publishing.shutdownNow();
        }
    }

    private void counts(boolean drained) {
        var latencyNanos = new Histogram(1_000, 120_000_000_000L, 3);
        long delivered = 0;
        long arrived = 0;
        long superseded = 0;
        long wrong = 0;
        long bytes = 0;
        int closed = 0;
        for (int i = 0; i < loops.size(); i++) {
            BookReader reader = readers.get(i);
            loops.get(i).ask(() -> true);
            latencyNanos.add(reader.latencyNanos);
            delivered += reader.delivered;
            arrived += reader.arrived;
            superseded += reader.superseded;
            wrong += reader.wrong;
            bytes += reader.bytes;
            closed += loops.get(i).closedByServer();
        }
        long expected = sum(client -> readers.get(0).expected(client));
        result.put("expected", expected).put("delivered", delivered).put("superseded", superseded);
        // a top that was left and occurred again is superseded, without any message
        result.put("missing", drained ? 0 : expected - delivered - superseded);
        result.put("untold", expected - delivered - superseded);
        result.put("wire_bytes_each", loops.stream().mapToLong(ClientLoop::frameBytes).sum()
                / Math.max(1, loops.stream().mapToLong(ClientLoop::messages).sum()));
        result.put("wrong", wrong).put("closed_by_server", closed);
        result.put("messages_per_s", (double) arrived / options.seconds);
        result.put("bytes_each", delivered == 0 ? 0 : bytes / delivered);
        result.latencies("", latencyNanos);
    }

    /** Whether every client got its markets' final states. */
    private boolean drain() throws InterruptedException {
        long deadline = System.nanoTime() + DRAIN_NANOS;
        while (incomplete() > 0) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(50);
        }
        return true;
    }

    private long incomplete() {
        return sum(client -> IntStream.range(0, client.markets.length)
                .filter(slot -> !readers.get(0).isComplete(client, slot)).count());
    }

    private void memory(long residentBefore, double heapBefore) throws IOException, InterruptedException {
        long resident = server.residentKb();
        server.collectGarbage();
        double heap = heapBytes();
        result.put("server_rss_mb", resident / 1024).put("server_heap_mb", heap / 1e6);
        if (options.clients >= 100) {
            result.put("heap_kb_per_client", (heap - heapBefore) / 1000 / options.clients);
            result.put("rss_kb_per_client", (double) (resident - residentBefore) / options.clients);
        }
    }

    /** The server's memory while nobody is connected. */
    private void memory(String when) throws IOException, InterruptedException {
        String metrics = server.get("/q/metrics");
        result.put("heap_mb_" + when, server.metric(metrics, "jvm_memory_used_bytes", "area=\"heap\"") / 1e6);
        result.put("direct_mb_" + when, server.metric(metrics, "jvm_buffer_memory_used_bytes", "id=\"direct\"") / 1e6);
        result.put("netty_mb_" + when, server.metric(metrics, "netty_allocator_memory_used", "direct") / 1e6);
        result.put("threads_" + when, (long) server.metric(metrics, "jvm_threads_live_threads", ""));
    }

    private void connect() throws Exception {
        for (int i = 0; i < options.clientThreads; i++) {
            readers.add(new BookReader(plan, options, stage.publisher().numberBase(), stage.publisher().markets()));
            loops.add(new ClientLoop(readers.get(i), i));
        }
        var random = new SplittableRandom(options.seed);
        List<int[]> wanted = new ArrayList<>();
        for (int i = 0; i < options.clients; i++) {
            wanted.add(options.markets == options.books ? IntStream.range(0, options.books).toArray()
                    : random.ints(0, options.books).distinct().limit(options.markets).sorted().toArray());
        }
        URI url = URI.create(server.url());
        var next = new AtomicInteger();
        ExecutorService connecting = Executors.newFixedThreadPool(CONNECTING_THREADS);
        try {
            Callable<Void> some = () -> {
                for (int i = next.getAndIncrement(); i < wanted.size(); i = next.getAndIncrement()) {
                    int[] markets = wanted.get(i);
                    loops.get(i % loops.size()).add(
                            LoadClient.connect(url, subscribe(markets), markets, Optional.empty(),
                                    options.compressed ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : ""));
                }
                return null;
            };
            for (Future<Void> done : connecting.invokeAll(List.of(some, some, some, some))) {
                done.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("clients could not connect", e.getCause());
        } finally {
            connecting.shutdownNow();
        }
        for (int i = 0; i < options.stalled; i++) {
            int[] all = IntStream.range(0, options.books).toArray();
            stalled.add(LoadClient.connect(url, subscribe(all), all, Optional.of(SMALL_RECEIVE_BUFFER), ""));
        }
    }

    private String subscribe(int[] markets) {
        var command = new StringBuilder("{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"channels\":[\"")
                .append(options.channel).append("\"]");
        if (options.depth > 1) {
            command.append(",\"depth\":").append(options.depth);
        }
        if (options.isDelta() || markets.length < options.books) {
            command.append(",\"market_tickers\":");
            char separator = '[';
            for (int market : markets) {
                command.append(separator).append('"')
                        .append(stage.publisher().markets().get(market).ticker()).append('"');
                separator = ',';
            }
            command.append(']');
        }
        return command.append("}}").toString();
    }

    private long opening() {
        return (long) options.clients * options.markets;
    }

    private long sum(ToLongFunction<LoadClient> value) {
        return loops.stream()
                .mapToLong(loop -> loop.ask(() -> loop.clients().stream().mapToLong(value).sum())).sum();
    }

    private double heapBytes() throws IOException, InterruptedException {
        String metrics = server.get("/q/metrics");
        return server.metric(metrics, "jvm_memory_used_bytes", "area=\"heap\"");
    }

    private static double ownCpuSeconds() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
    }

    /**
     * The time for which the machine's processors were idle; 0 if unknown. The kernel measures idle time, while it only
     * samples what the processors were busy with.
     */
    private static double idleSeconds() {
        try {
            String[] ticks = Files.readAllLines(Path.of("/proc/stat")).get(0).trim().split("\\s+");
            // idle, and waiting for a disk
            return (Long.parseLong(ticks[4]) + Long.parseLong(ticks[5])) / 100.0;
        } catch (IOException e) {
            return 0;
        }
    }

    private static void await(String what, Callable<Boolean> done) throws Exception {
        long deadline = System.nanoTime() + WAIT_NANOS;
        while (!done.call()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("waited too long for " + what);
            }
            Thread.sleep(50);
        }
    }
}
