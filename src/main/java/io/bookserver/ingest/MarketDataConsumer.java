package io.bookserver.ingest;

import io.bookserver.book.ApplyOutcome;
import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookUpdate;
import io.bookserver.book.MarketDescribed;
import io.bookserver.book.StatisticsReported;
import io.bookserver.checkpoint.RestoredPartition;
import io.bookserver.kalshi.EnvelopeDecoder;
import io.bookserver.kalshi.MalformedRecordException;
import io.bookserver.kalshi.RelayListener;
import io.bookserver.kalshi.RelayedMessage;
import io.quarkus.arc.All;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/**
 * Applies the records of the topic to the registry, batch by batch. It has its own threads, which no request can use
 * up.
 *
 * <p><i>Thread-safe: a partition's batches are applied one at a time, in that partition's turn. Batches of different
 * consumers come on several threads at once, and each thread has its own decoder.</i>
 */
@ApplicationScoped
public class MarketDataConsumer {
    static final String CHANNEL = "market-data";
    private static final long IDLE_THREAD_SECONDS = 10;

    private final BookRegistry registry;
    private final RebuildProgress progress;
    private final LogContinuity continuity;
    private final Rejections rejections;
    private final IngestMetrics metrics;
    private final List<RelayListener> relayListeners;
    private final ThreadLocal<EnvelopeDecoder> decoders = ThreadLocal.withInitial(EnvelopeDecoder::new);
    private final AtomicInteger applying = new AtomicInteger();
    /** One thread per consumer that has a batch. Idle threads end by themselves, so no shutdown is needed. */
    private final Executor threads = new ThreadPoolExecutor(
            0, Integer.MAX_VALUE, IDLE_THREAD_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(),
            MarketDataConsumer::thread);

    MarketDataConsumer(
            BookRegistry registry,
            RebuildProgress progress,
            LogContinuity continuity,
            Rejections rejections,
            IngestMetrics metrics,
            @All List<RelayListener> relayListeners) {
        this.registry = registry;
        this.progress = progress;
        this.continuity = continuity;
        this.rejections = rejections;
        this.metrics = metrics;
        this.relayListeners = List.copyOf(relayListeners);
    }

    /** Applies the records of one poll on one of this class's threads, then asks for more. No record makes it fail. */
    @Incoming(CHANNEL)
    public Uni<Void> consume(ConsumerRecords<byte[], byte[]> polled) {
        return Uni.createFrom().voidItem().emitOn(threads).invoke(() -> apply(polled));
    }

    private void apply(ConsumerRecords<byte[], byte[]> polled) {
        applying.incrementAndGet();
        try {
            BatchCounts counts = new BatchCounts();
            for (ConsumerRecord<byte[], byte[]> batch : polled) {
                apply((PartitionBatch) batch, counts);
            }
            metrics.add(counts);
        } finally {
            applying.decrementAndGet();
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "market-data");
        thread.setDaemon(true);
        return thread;
    }

    /** Whether any batch is being applied. */
    boolean isApplying() {
        return applying.get() > 0;
    }

    private void apply(PartitionBatch batch, BatchCounts counts) {
        PartitionProgress read = progress.partition(batch.partition());
        TopicPartition partition = new TopicPartition(batch.topic(), batch.partition());
        synchronized (read.turn()) {
            if (!continuity.accepts(partition, read, batch.first().offset())) {
                read.dropped(batch.nextOffset());
                return;
            }
            long receivedMs = registry.nowMs();
            EnvelopeDecoder decoder = decoders.get();
            PartitionFeed feed = progress.feed(batch.partition());
            long firstUnread = read.next();
            long newsFrom = read.newsFrom();
            Optional<RestoredPartition> restored = read.restored();
            for (ConsumerRecord<byte[], byte[]> record : batch.records()) {
                if (restored.isPresent() && restored.get().holdsAllAt(record.offset())) {
                    continue;
                }
                counts.timeIfDue();
                feed.recordAt(record.timestamp(), record.offset(), receivedMs);
                apply(record, restored, feed, decoder, receivedMs, counts);
                if (record.offset() >= firstUnread) {
                    relay(decoder, record.offset() >= newsFrom);
                }
                counts.timed();
            }
            read.processed(batch.nextOffset(), batch.last().timestamp(), receivedMs);
        }
    }

    private void apply(
            ConsumerRecord<byte[], byte[]> record,
            Optional<RestoredPartition> restored,
            PartitionFeed feed,
            EnvelopeDecoder decoder,
            long receivedMs,
            BatchCounts counts) {
        try {
            Optional<BookUpdate> update = decoder.decode(record.key(), record.value(), record.partition(),
                    record.offset(), record.timestamp(), receivedMs);
            counts.read(decoder.lastType());
            if (update.isPresent()) {
                counts.applied(apply(update.get(), restored));
                counts.latency(update.get().stamp().kafkaLatencyMs());
            } else {
                report(decoder, restored, record.offset());
                report(record, feed, decoder);
            }
            describe(decoder, restored, record.offset());
        } catch (MalformedRecordException e) {
            counts.read(decoder.lastType());
            e.lost().ifPresent(lost -> counts.applied(apply(lost, restored)));
            report(record, feed, decoder);
            rejections.reject(record, e.reason(), e.getMessage());
        } catch (RuntimeException e) {
            decoder.lostBy(record.key(), record.value()).ifPresent(lost -> counts.applied(apply(lost, restored)));
            rejections.failed(record, e);
        }
    }

    /** Not a lambda: this runs for every record, and very few describe a market. */
    private void describe(EnvelopeDecoder decoder, Optional<RestoredPartition> restored, long offset) {
        Optional<MarketDescribed> told = decoder.lastDescription();
        if (told.isPresent() && !isHeld(restored, told.get().ticker(), offset)) {
            registry.describe(told.get());
        }
    }

    private void report(EnvelopeDecoder decoder, Optional<RestoredPartition> restored, long offset) {
        Optional<StatisticsReported> report = decoder.lastStatistics();
        if (report.isPresent() && !isHeld(restored, report.get().ticker(), offset)) {
            registry.report(report.get());
        }
    }

    private void relay(EnvelopeDecoder decoder, boolean isNews) {
        Optional<RelayedMessage> message = decoder.lastRelayed();
        if (message.isPresent()) {
            for (RelayListener listener : relayListeners) {
                listener.heard(message.get(), isNews);
            }
        }
    }

    private ApplyOutcome apply(BookUpdate update, Optional<RestoredPartition> restored) {
        return isHeld(restored, update.ticker(), update.stamp().offset())
                ? ApplyOutcome.REPEATED_OFFSET : registry.apply(update);
    }

    /** Whether the restored book already contains that record. */
    private static boolean isHeld(Optional<RestoredPartition> restored, String ticker, long offset) {
        return restored.isPresent() && restored.get().holds(ticker, offset);
    }

    /** A report that is read late is no sign of life of now: it counts from when it can have been published (rule 9). */
    private void report(ConsumerRecord<byte[], byte[]> record, PartitionFeed feed, EnvelopeDecoder decoder) {
        decoder.lastFeedReport().ifPresent(report -> feed.reported(report, record.offset(), record.timestamp(),
                progress.partition(record.partition()).publishedByNanos(record.offset(), System.nanoTime())));
    }
}
