package io.bookserver.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookserver.book.BookRegistry;
import io.bookserver.checkpoint.NoCheckpoints;
import io.bookserver.kalshi.RejectReason;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.Test;

class DeadLettersTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<Message<byte[]>> sent = new ArrayList<>();
    private final RebuildProgress progress = new RebuildProgress(new BookRegistry(), NoCheckpoints.make(), IngestConfigs.defaults());

    /** Takes messages and confirms none by itself. */
    private final class Taking implements Emitter<byte[]> {
        @Override
        public CompletionStage<Void> send(byte[] payload) {
            throw new UnsupportedOperationException();
        }

        @Override
        @SuppressWarnings("unchecked")
        public <M extends Message<? extends byte[]>> void send(M message) {
            sent.add((Message<byte[]>) message);
        }

        @Override
        public void complete() {}

        @Override
        public void error(Exception e) {}

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public boolean hasRequests() {
            return true;
        }
    }

    private DeadLetters letters(Map<String, String> keys) {
        IngestConfig config = IngestConfigs.with(keys);
        return new DeadLetters(new Taking(), new IngestMetrics(meters, new BookRegistry()), progress, config);
    }

    private static ConsumerRecord<byte[], byte[]> record(long offset, int bytes) {
        RecordHeaders headers = new RecordHeaders();
        headers.add("trace", "abc".getBytes(StandardCharsets.UTF_8));
        return new ConsumerRecord<>("market-data-all", 0, offset, 1, TimestampType.CREATE_TIME, 1, bytes,
                "K".getBytes(StandardCharsets.UTF_8), new byte[bytes], headers, Optional.empty());
    }

    private double counted(String result) {
        return meters.counter("orderbook.dead.letters", "result", result).count();
    }

    @Test
    void letter_keepsKeyValueAndTheRecordsOwnHeaders_andSaysWhereItComesFrom() {
        progress.partition(0).begin(0, 0);
        letters(Map.of()).send(record(7, 3), RejectReason.NOT_JSON, "why");
        OutgoingKafkaRecordMetadata<?> metadata = sent.get(0).getMetadata(OutgoingKafkaRecordMetadata.class).orElseThrow();
        assertThat(sent.get(0).getPayload()).isEqualTo(new byte[3]);
        assertThat(metadata.getKey()).isEqualTo("K".getBytes(StandardCharsets.UTF_8));
        assertThat(StreamSupport.stream(metadata.getHeaders().spliterator(), false)
                .map(header -> header.key() + "=" + new String(header.value(), StandardCharsets.UTF_8)).toList())
                .isEqualTo(List.of("trace=abc", "dead-letter-reason=not_json", "dead-letter-cause=why",
                        "dead-letter-topic=market-data-all", "dead-letter-partition=0", "dead-letter-offset=7"));
    }

    @Test
    void recordOfTheRebuild_isNotSentAgain_unlessThatIsConfigured() {
        progress.partition(0).begin(0, 8);
        letters(Map.of()).send(record(7, 3), RejectReason.NOT_JSON, "why");
        assertThat(sent).isEmpty();
        assertThat(counted("not_sent_again")).isEqualTo(1);
        letters(Map.of()).send(record(8, 3), RejectReason.NOT_JSON, "why");
        letters(Map.of("orderbook.ingest.dead-letters-of-the-rebuild", "true"))
                .send(record(7, 3), RejectReason.NOT_JSON, "why");
        assertThat(sent).hasSize(2);
    }

    @Test
    void lettersThatWait_areBoundedInNumberAndInBytes() {
        progress.partition(0).begin(0, 0);
        DeadLetters few = letters(Map.of("orderbook.ingest.max-pending-dead-letters", "2"));
        DeadLetters small = letters(Map.of("orderbook.ingest.max-pending-dead-letter-bytes", "1000"));
        for (int offset = 0; offset < 5; offset++) {
            few.send(record(offset, 1), RejectReason.NOT_JSON, "why");
        }
        assertThat(sent).hasSize(2);
        for (int offset = 0; offset < 5; offset++) {
            small.send(record(offset, 400), RejectReason.NOT_JSON, "why");
        }
        assertThat(sent).hasSize(4);
        assertThat(counted("dropped")).isEqualTo(6);
        sent.get(2).ack().toCompletableFuture().join();
        small.send(record(9, 400), RejectReason.NOT_JSON, "why");
        assertThat(sent).hasSize(5);
        assertThat(counted("sent")).isEqualTo(1);
    }
}
