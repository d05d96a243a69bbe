package io.bookserver.ingest;

import io.bookserver.kalshi.JsonBytes;
import io.bookserver.status.Rate;
import io.bookserver.status.StatusPart;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The input's part of the status document: throughput and latency, each partition, and when the publishers last heard
 * from the exchange.
 *
 * <p><i>Thread-safe; one timer samples the counters, and each partition takes a few short locks.</i>
 */
@ApplicationScoped
class KafkaStatus implements StatusPart {
    private static final long LOOK_MS = 1_000;

    private final RebuildProgress progress;
    private final PartitionWatch watch;
    private final IngestMetrics metrics;
    private final Rate records;
    private long timer;

    KafkaStatus(RebuildProgress progress, PartitionWatch watch, IngestMetrics metrics) {
        this.progress = progress;
        this.watch = watch;
        this.metrics = metrics;
        this.records = new Rate(metrics::records);
    }

    void start(@Observes StartupEvent event, Vertx vertx) {
        records.look(System.nanoTime());
        timer = vertx.setPeriodic(LOOK_MS, id -> records.look(System.nanoTime()));
    }

    void stop(@Observes ShutdownEvent event, Vertx vertx) {
        vertx.cancelTimer(timer);
    }

    @Override
    public String name() {
        return "kafka";
    }

    @Override
    public void write(JsonBytes out) {
        out.ascii("{\"broker_silent_ms\":").number(watch.brokerSilenceMs());
        out.ascii(",\"records\":").number(metrics.records());
        out.ascii(",\"records_per_second\":").number(records.perSecond());
        out.ascii(",\"latency_ms\":");
        metrics.recentKafkaLatency().write(out);
        out.ascii(",\"partitions\":[");
        for (Map.Entry<Integer, RebuildProgress.Partition> entry : progress.byNumber().entrySet()) {
            partition(out, entry.getKey(), entry.getValue());
        }
        out.dropLast(',').ascii("]}");
    }

    private static void partition(JsonBytes out, int number, RebuildProgress.Partition partition) {
        PartitionProgress read = partition.progress();
        OptionalLong heardMs = partition.feed().exchangeHeardMs();
        out.ascii("{\"partition\":").number(number).ascii(",\"position\":").number(Math.max(0, read.next()));
        out.ascii(",\"lag\":").number(read.lag()).ascii(",\"complete_to_ms\":").number(partition.completeToMs());
        out.ascii(",\"rebuilt\":").ascii(Boolean.toString(partition.isRebuilt()));
        out.ascii(",\"stalled\":").ascii(Boolean.toString(read.isStalled())).ascii(",\"exchange_heard_ms\":");
        if (heardMs.isPresent()) {
            out.number(heardMs.getAsLong());
        } else {
            out.ascii("null");
        }
        out.ascii("},");
    }
}
