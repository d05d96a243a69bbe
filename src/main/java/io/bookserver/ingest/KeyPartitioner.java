package io.bookserver.ingest;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import org.apache.kafka.common.utils.Utils;

/**
 * How a publisher assigns keys to partitions.
 *
 * <p><i>Immutable.</i>
 */
public enum KeyPartitioner {
    /** The Java client's default, and librdkafka's {@code murmur2_random}. */
    MURMUR2 {
        @Override
        int partitionOf(byte[] key, int partitions) {
            return Utils.toPositive(Utils.murmur2(key)) % partitions;
        }
    },
    /** librdkafka's default, {@code consistent_random}: CRC-32. */
    CRC32 {
        @Override
        int partitionOf(byte[] key, int partitions) {
            CRC32 crc = new CRC32();
            crc.update(key);
            return (int) (crc.getValue() % partitions);
        }
    };

    abstract int partitionOf(byte[] key, int partitions);

    /**
     * The partition of that ticker; -1 if the topic has no partitions.
     *
     * @param partitions the number of partitions of the topic, 0 or more
     */
    int partitionOf(String ticker, int partitions) {
        return partitions == 0 ? -1 : partitionOf(ticker.getBytes(StandardCharsets.UTF_8), partitions);
    }
}
