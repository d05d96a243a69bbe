package io.bookserver.ingest;

import io.bookserver.checkpoint.ConnectionState;
import io.bookserver.checkpoint.Source;
import io.bookserver.checkpoint.SourcePartition;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Gives the checkpoint writer access to the state of reading.
 *
 * <p><i>Thread-safe.</i>
 */
@ApplicationScoped
class CheckpointSource implements Source {
    /** <i>Immutable.</i> */
    private record Partition(RebuildProgress.Partition of) implements SourcePartition {
        @Override
        public <T> T inTurn(Supplier<T> work) {
            synchronized (of.progress().turn()) {
                return work.get();
            }
        }

        @Override
        public long next() {
            return of.progress().next();
        }

        @Override
        public Uuid topicId() {
            return of.progress().topicId();
        }

        @Override
        public boolean isWhole() {
            return of.progress().isRebuilt() && of.progress().detour() == PartitionProgress.Detour.NONE
                    && !topicId().equals(Uuid.ZERO_UUID);
        }

        @Override
        public List<ConnectionState> connections() {
            return of.feed().connections();
        }

        @Override
        public long newestRecordMs() {
            return of.progress().newestRecordMs();
        }
    }

    private final RebuildProgress progress;
    private final String topic;

    CheckpointSource(RebuildProgress progress,
            @ConfigProperty(name = "mp.messaging.incoming.market-data.topic") String topic) {
        this.progress = progress;
        this.topic = topic;
    }

    @Override
    public String topic() {
        return topic;
    }

    @Override
    public OptionalInt partitionCount() {
        return progress.partitionCount();
    }

    @Override
    public Optional<SourcePartition> partition(int number) {
        return Optional.ofNullable(progress.byNumber().get(number)).map(Partition::new);
    }
}
