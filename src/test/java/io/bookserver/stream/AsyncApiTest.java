package io.bookserver.stream;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.bookserver.kalshi.ErrorCode;
import io.bookserver.testkit.BrokerResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(BrokerResource.class)
class AsyncApiTest {
    @Test
    void document_isServed_andNamesEveryChannelMessageAndError() throws Exception {
        String yaml = given().get("/q/asyncapi").then().statusCode(200).extract().asString();
        JsonNode document = new YAMLMapper().readTree(yaml);
        JsonNode messages = document.at("/components/messages");
        JsonNode channels = messages.at("/subscribe/payload/properties/params/properties/channels/items/enum");
        assertThat(channels.valueStream().map(JsonNode::asText).toList()).isEqualTo(
                Arrays.stream(ChannelKind.values()).map(ChannelKind::wireName).toList());
        TreeSet<String> names = new TreeSet<>();
        messages.fieldNames().forEachRemaining(names::add);
        assertThat(names).containsAll(Arrays.stream(DataType.values()).map(DataType::wireName).toList())
                .containsAll(List.of("subscribe", "unsubscribe", "update_subscription", "list_subscriptions"));
        assertThat(messages.at("/error/payload/properties/msg/properties/code/description").asText().trim()).isEqualTo(
                Arrays.stream(ErrorCode.values()).map(error -> error.code() + " " + error.text())
                        .collect(Collectors.joining("\n")));
    }
}
