package io.datahub.hooks.incoming;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of one hook, {@code /hooks/NAME}. Changes apply immediately. */
@ObjectClassDefinition(
        name = "Datahub hook",
        description = "What another system sends to /hooks/NAME is published as events.")
public @interface HookConfiguration {

    @AttributeDefinition(
            description = "The kind of system that sends: github, gitlab, gitea, jenkins, teamcity, buildbot, standard"
                    + " (Standard Webhooks), cloudevents, or a kind for which a translator is installed.")
    String kind();

    @AttributeDefinition(description = "The user that the events are published as; it needs a grant for their topics.")
    String user();

    @AttributeDefinition(
            description = "File with the secret shared with the sender, relative to the hub's home; several lines are"
                    + " several valid secrets. Optional for systems that don't sign: these may send a token of the"
                    + " user instead.",
            required = false)
    String secretFile() default "";

    @AttributeDefinition(
            description = "Topic of the events; if it ends with a dot, the event's type follows it. Empty: the type.",
            required = false)
    String topic() default "";

    @AttributeDefinition(
            description = "Topic under which each body is also published as it was sent. Empty: none.",
            required = false)
    String rawTopic() default "";
}
