package io.bookserver.ingest;

import io.bookserver.kalshi.JsonBytes;
import io.bookserver.status.StatusPart;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What the status document says of the input: each partition, and when the exchange was last heard by those who feed it.
 *
 * <p><i>Thread-safe; a few short locks a partition.</i>
 */
@ApplicationScoped
class KafkaStatus implements StatusPart {
    private final RebuildProgress progress;
    private final PartitionWatch watch;

    KafkaStatus(RebuildProgress progress, PartitionWatch watch) {
        this.progress = progress;
        this.watch = watch;
    }

    @Override
    public String name() {
        return "kafka";
    }

    @Override
    public void write(JsonBytes out) {
        out.ascii("{\"broker_silent_ms\":").number(watch.brokerSilenceMs()).ascii(",\"partitions\":[");
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
