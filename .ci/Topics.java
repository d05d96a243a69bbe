import java.util.Arrays;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** Makes topics of four partitions: {@code java -cp 'kafka-clients.jar' Topics.java HOST:PORT NAME...}. */
class Topics {
    public static void main(String[] args) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", args[0]))) {
            admin.createTopics(Arrays.stream(args).skip(1).map(name -> new NewTopic(name, 4, (short) 1)).toList()).all().get();
        }
    }
}
