package io.bookserver.host;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.jboss.logging.Logger;

/**
 * Tests every codec of Kafka when the server starts. Snappy and zstd are C libraries, unpacked into the temporary
 * folder at their first use. A codec that does not work would stop a partition at the first record that needs it. The
 * server starts nevertheless, since its topic may never contain such a record, but reports the problem at once.
 *
 * <p><i>Thread-safe: it has no state.</i>
 */
@ApplicationScoped
class CodecCheck {
    private static final Logger LOG = Logger.getLogger(CodecCheck.class);
    private static final byte[] SAMPLE = "a sample that repeats ".repeat(3).getBytes(StandardCharsets.US_ASCII);

    /** In parallel to the start, which loading the libraries would prolong by a tenth of a second. */
    void start(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event) {
        Thread check = new Thread(CodecCheck::check, "codec-check");
        check.setDaemon(true);
        check.start();
    }

    private static void check() {
        Map<CompressionType, Throwable> broken = new EnumMap<>(CompressionType.class);
        for (CompressionType codec : CompressionType.values()) {
            roundTrip(codec).ifPresent(cause -> broken.put(codec, cause));
        }
        if (!broken.isEmpty()) {
            LOG.error(report(broken, TemporaryFolder.configured().toString()));
        }
    }

    /** The message for the operator. */
    static String report(Map<CompressionType, Throwable> broken, String temporaryFolder) {
        Map.Entry<CompressionType, Throwable> first = broken.entrySet().iterator().next();
        return "codecs=" + broken.keySet() + " state=unusable folder=" + temporaryFolder
                + " cause=\"" + first.getValue() + "\". Records compressed by them cannot be read, nor dead"
                + " letters written. Snappy and zstd load C libraries from the temporary folder ("
                + TemporaryFolder.PROPERTY + "), which must allow execution (no noexec); then restart the server";
    }

    private static Optional<Throwable> roundTrip(CompressionType codec) {
        Compression compression = Compression.of(codec).build();
        ByteBufferOutputStream compressed = new ByteBufferOutputStream(SAMPLE.length);
        try {
            try (OutputStream out = compression.wrapForOutput(compressed, RecordBatch.CURRENT_MAGIC_VALUE)) {
                out.write(SAMPLE);
            }
            try (InputStream in = compression.wrapForInput(compressed.buffer().flip(), RecordBatch.CURRENT_MAGIC_VALUE,
                    BufferSupplier.NO_CACHING)) {
                return Arrays.equals(in.readNBytes(SAMPLE.length), SAMPLE) ? Optional.empty()
                        : Optional.of(new IOException("decompressed data differ from the original"));
            }
        } catch (VirtualMachineError e) {
            throw e;
        } catch (IOException | RuntimeException | Error e) {
            // failing to load a library is an Error, of various types
            return Optional.of(e);
        }
    }
}
