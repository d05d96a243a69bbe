package io.bookserver.chaos.soak;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.chaos.world.Http;
import io.bookserver.chaos.world.Stand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.admin.Admin;

/**
 * Looks at the server from outside: what it tells of itself, its process, its checkpoints at the broker, and how late
 * its clients were.
 *
 * <p><i>Not thread-safe; confined to the run.</i>
 */
public final class Sampler implements AutoCloseable {
    private static final double MB = 1e6;
    /** The collector's own unit. */
    private static final double MIB_IN_MB = 1.048576;
    /** After a collection, until the server has logged what it held up. */
    private static final long TOLD_WITHIN_MS = 2_000;

    private final Stand stand;
    private final SoakClients clients;
    private final GcLog gcLog;
    private final Admin admin;
    private final Scale scale;
    private final List<Collection> collections = new ArrayList<>();
    private final long startNanos = System.nanoTime();
    private double cpuSeconds;
    private long lastNanos = startNanos;

    public Sampler(Stand stand, SoakClients clients, Path gcLog, Scale scale) {
        this.stand = stand;
        this.clients = clients;
        this.gcLog = new GcLog(gcLog);
        this.scale = scale;
        this.admin = stand.admin();
        this.gcLog.next();
        cpuSeconds = cpuSeconds();
        clients.latencyMs();
    }

    private record Collection(long fromMs, long toMs) {}

    /** Whether all garbage was being collected then, epoch milliseconds, or had just been. */
    public boolean isCollecting(long ms) {
        return collections.stream().anyMatch(one -> ms >= one.fromMs() && ms <= one.toMs());
    }

    /** @param full whether all garbage is collected, after all else was looked at; no latency tells of that */
    public Sample take(boolean full) throws InterruptedException {
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        Histogram latencyMs = clients.latencyMs();
        if (latencyMs.getTotalCount() > 0) {
            figures.put(Figure.CLIENT_P50, (double) latencyMs.getValueAtPercentile(50));
            figures.put(Figure.CLIENT_P99, (double) latencyMs.getValueAtPercentile(99));
            figures.put(Figure.CLIENT_MAX, (double) latencyMs.getMaxValue());
        }
        status(Http.get(stand.url().resolve("/api/v1/status")).body(), figures);
        memory(figures);
        process(figures);
        figures.put(Figure.CHECKPOINT_MB, checkpointBytes() / MB);
        collect(full, figures);
        return new Sample(figures);
    }

    private static void status(JsonNode status, Map<Figure, Double> figures) {
        figures.put(Figure.MARKETS, status.at("/markets/total").asDouble(Double.NaN));
        figures.put(Figure.CLIENTS, status.at("/clients/connections").asDouble(Double.NaN));
        figures.put(Figure.RECORDS, status.at("/kafka/records_per_second").asDouble(Double.NaN));
        figures.put(Figure.MESSAGES, status.at("/clients/messages_per_second").asDouble(Double.NaN));
        figures.put(Figure.KAFKA_P50, status.at("/kafka/latency_ms/p50").asDouble(Double.NaN));
        figures.put(Figure.KAFKA_P99, status.at("/kafka/latency_ms/p99").asDouble(Double.NaN));
        figures.put(Figure.SOCKET_P50, status.at("/clients/kafka_to_socket_ms/p50").asDouble(Double.NaN));
        figures.put(Figure.SOCKET_P99, status.at("/clients/kafka_to_socket_ms/p99").asDouble(Double.NaN));
    }

    private void memory(Map<Figure, Double> figures) throws InterruptedException {
        String metrics = Http.text(stand.url().resolve("/q/metrics"));
        figures.put(Figure.HEAP_MB, metric(metrics, "jvm_memory_used_bytes", "area=\"heap\"") / MB);
        // netty's arenas are not among the JVM's buffers
        figures.put(Figure.DIRECT_MB, (metric(metrics, "jvm_buffer_memory_used_bytes", "id=\"direct\"")
                + metric(metrics, "netty_allocator_memory_used", "direct")) / MB);
    }

    private void process(Map<Figure, Double> figures) {
        figures.put(Figure.THREADS, (double) stand.server.threads());
        figures.put(Figure.FILES, (double) stand.server.openFiles());
        figures.put(Figure.RESIDENT_MB, stand.server.residentKb() * 1024 / MB);
        long nowNanos = System.nanoTime();
        double nowCpuSeconds = cpuSeconds();
        figures.put(Figure.CPU, (nowCpuSeconds - cpuSeconds) * 1e9 / (nowNanos - lastNanos));
        figures.put(Figure.LOAD, ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        cpuSeconds = nowCpuSeconds;
        lastNanos = nowNanos;
        figures.put(Figure.MINUTES, (nowNanos - startNanos) / 60e9);
        figures.put(Figure.DAYS, (nowNanos - startNanos) / 1e6 / scale.dayMs());
    }

    private void collect(boolean full, Map<Figure, Double> figures) throws InterruptedException {
        List<GcLog.Pause> pauses = gcLog.next();
        GcLog.longestMs(pauses).ifPresent(ms -> figures.put(Figure.PAUSE_MAX, ms));
        GcLog.leastLeftMb(pauses).ifPresent(mb -> figures.put(Figure.LEFT_MB, mb * MIB_IN_MB));
        if (!full) {
            return;
        }
        long fromMs = System.currentTimeMillis();
        jcmd(stand.server.pid());
        collections.add(new Collection(fromMs, System.currentTimeMillis() + TOLD_WITHIN_MS));
        gcLog.next().stream().filter(GcLog.Pause::isFull).reduce((first, last) -> last)
                .ifPresent(pause -> {
                    figures.put(Figure.FULL_GC_MB, pause.leftMb() * MIB_IN_MB);
                    figures.put(Figure.LEFT_MB, pause.leftMb() * MIB_IN_MB);
                });
        Thread.sleep(1_000);
        clients.latencyMs();
    }

    private long checkpointBytes() throws InterruptedException {
        try {
            return admin.describeLogDirs(List.of(1)).allDescriptions().get().get(1).values().stream()
                    .flatMap(folder -> folder.replicaInfos().entrySet().stream())
                    .filter(entry -> entry.getKey().topic().equals(Stand.CHECKPOINTS))
                    .mapToLong(entry -> entry.getValue().size()).sum();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the broker does not tell its folders", e.getCause());
        }
    }

    private double cpuSeconds() {
        return ProcessHandle.of(stand.server.pid()).flatMap(process -> process.info().totalCpuDuration())
                .map(time -> time.toNanos() / 1e9).orElse(Double.NaN);
    }

    /** The sum of a metric over its tags; 0 where there is none. */
    private static double metric(String metrics, String name, String tag) {
        return metrics.lines().filter(line -> line.startsWith(name + "{") && line.contains(tag))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
    }

    private static void jcmd(long pid) throws InterruptedException {
        try {
            String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
            new ProcessBuilder(jcmd, Long.toString(pid), "GC.run").redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor(60, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        admin.close();
    }
}
