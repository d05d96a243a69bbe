package io.bookserver.ingest;

import io.bookserver.book.ApplyOutcome;
import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookUpdate;
import io.bookserver.kalshi.EnvelopeDecoder;
import io.bookserver.kalshi.MalformedRecordException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/**
 * Takes the records of the topic, batch by batch, into the registry.
 *
 * <p><i>Thread-safe: a partition's batches come one after the other; those of different consumers come on several
 * threads at once, and each thread has its own decoder.</i>
 */
@ApplicationScoped
public class MarketDataConsumer {
    static final String CHANNEL = "market-data";

    private final BookRegistry registry;
    private final RebuildProgress progress;
    private final Rejections rejections;
    private final IngestMetrics metrics;
    private final ThreadLocal<EnvelopeDecoder> decoders = ThreadLocal.withInitial(EnvelopeDecoder::new);

    MarketDataConsumer(
            BookRegistry registry, RebuildProgress progress, Rejections rejections, IngestMetrics metrics) {
        this.registry = registry;
        this.progress = progress;
        this.rejections = rejections;
        this.metrics = metrics;
    }

    /** Applies one batch. Nothing that a record holds makes it fail. */
    @Incoming(CHANNEL)
    public void consume(ConsumerRecords<byte[], byte[]> batch) {
        long receivedMs = registry.nowMs();
        EnvelopeDecoder decoder = decoders.get();
        BatchCounts counts = new BatchCounts();
        for (TopicPartition partition : batch.partitions()) {
            for (ConsumerRecord<byte[], byte[]> record : batch.records(partition)) {
                counts.timeIfDue();
                apply(record, decoder, receivedMs, counts);
                counts.timed();
            }
        }
        batch.nextOffsets().forEach((partition, next) -> {
            // none where only offsets without a record were passed
            List<ConsumerRecord<byte[], byte[]>> records = batch.records(partition);
            long first = records.isEmpty() ? next.offset() : records.get(0).offset();
            PartitionProgress read = progress.partition(partition.partition());
            read.processed(first, next.offset());
            if (!records.isEmpty()) {
                read.appliedUpTo(records.get(records.size() - 1).timestamp());
            }
        });
        metrics.add(counts);
    }

    private void apply(
            ConsumerRecord<byte[], byte[]> record, EnvelopeDecoder decoder, long receivedMs, BatchCounts counts) {
        try {
            Optional<BookUpdate> update = decoder.decode(record.key(), record.value(), record.partition(),
                    record.offset(), record.timestamp(), receivedMs);
            counts.read(decoder.lastType());
            if (update.isPresent()) {
                ApplyOutcome outcome = registry.apply(update.get());
                counts.applied(outcome);
                counts.latency(update.get().stamp().kafkaLatencyMs());
            } else {
                decoder.lastStatistics().ifPresent(registry::report);
            }
        } catch (MalformedRecordException e) {
            counts.read(decoder.lastType());
            e.lost().ifPresent(lost -> counts.applied(registry.apply(lost)));
            rejections.reject(record, e.reason(), e.getMessage());
        } catch (RuntimeException e) {
            decoder.lostBy(record.key(), record.value()).ifPresent(lost -> counts.applied(registry.apply(lost)));
            rejections.failed(record, e);
        }
    }
}
