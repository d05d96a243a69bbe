package io.bookserver.ingest;

import io.bookserver.kalshi.RejectReason;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Metadata;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;

/**
 * Sends refused records, with key, value and headers as they came, to the dead-letter topic. Headers say why and where
 * from. The books never wait for it: beyond a configured number of letters under way, further ones are dropped and
 * counted.
 *
 * <p><i>Thread-safe.</i>
 */
@ApplicationScoped
class DeadLetters {
    static final String CHANNEL = "dead-letters";

    private final Emitter<byte[]> emitter;
    private final IngestMetrics metrics;
    private final int maxPending;
    private final AtomicInteger pending = new AtomicInteger();

    DeadLetters(
            @Channel(CHANNEL) @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER) Emitter<byte[]> emitter,
            IngestMetrics metrics,
            IngestConfig config) {
        this.emitter = emitter;
        this.metrics = metrics;
        this.maxPending = config.maxPendingDeadLetters();
    }

    void send(ConsumerRecord<byte[], byte[]> record, RejectReason reason, String message) {
        if (pending.incrementAndGet() > maxPending) {
            pending.decrementAndGet();
            metrics.deadLetterDropped();
            return;
        }
        try {
            emitter.send(Message.of(record.value(), Metadata.of(addressed(record, reason, message)),
                    () -> done(true), failure -> done(false)));
        } catch (IllegalStateException e) {
            // the channel is closed: the server is going down
            done(false);
        }
    }

    private CompletionStage<Void> done(boolean sent) {
        pending.decrementAndGet();
        if (sent) {
            metrics.deadLetterSent();
        } else {
            metrics.deadLetterDropped();
        }
        return CompletableFuture.completedFuture(null);
    }

    private static OutgoingKafkaRecordMetadata<byte[]> addressed(
            ConsumerRecord<byte[], byte[]> record, RejectReason reason, String message) {
        RecordHeaders headers = new RecordHeaders();
        header(headers, "dead-letter-reason", reason.wireName());
        header(headers, "dead-letter-cause", message);
        header(headers, "dead-letter-topic", record.topic());
        header(headers, "dead-letter-partition", Integer.toString(record.partition()));
        header(headers, "dead-letter-offset", Long.toString(record.offset()));
        return OutgoingKafkaRecordMetadata.<byte[]>builder().withKey(record.key()).withHeaders(headers).build();
    }

    private static void header(RecordHeaders headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
