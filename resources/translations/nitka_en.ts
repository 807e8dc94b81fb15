<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="en_US">
<context>
    <name>AbilityTexts</name>
    <message numerus="yes">
        <source>Keeps replies %n day(s); Nitka keeps them until you delete them.</source>
        <translation>
            <numerusform>Keeps replies for %n day; Nitka keeps them until you delete them.</numerusform>
            <numerusform>Keeps replies for %n days; Nitka keeps them until you delete them.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Announcer</name>
    <message numerus="yes">
        <source>Code block, %n line(s)</source>
        <translation>
            <numerusform>Code block, %n line</numerusform>
            <numerusform>Code block, %n lines</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Reply complete, %Ln word(s)</source>
        <translation>
            <numerusform>Reply complete, %Ln word</numerusform>
            <numerusform>Reply complete, %Ln words</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>AssistantActions</name>
    <message numerus="yes">
        <source>%n file(s) were sent to the service.</source>
        <translation>
            <numerusform>%n file was sent to the service.</numerusform>
            <numerusform>%n files were sent to the service.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>AssistantFiles</name>
    <message numerus="yes">
        <source>%n function(s) of it start programs on this machine, but only if you allow it.</source>
        <translation>
            <numerusform>%n of its functions starts a program on this machine, but only if you allow it.</numerusform>
            <numerusform>%n of its functions start programs on this machine, but only if you allow it.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>AssistantListModel</name>
    <message numerus="yes">
        <source>%Ln thread(s)</source>
        <translation>
            <numerusform>%Ln thread</numerusform>
            <numerusform>%Ln threads</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ConnectionChooser</name>
    <message numerus="yes">
        <source>Answers: %n model(s).</source>
        <translation>
            <numerusform>Answers: %n model.</numerusform>
            <numerusform>Answers: %n models.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ContextTab</name>
    <message numerus="yes">
        <source>%Ln older message(s)</source>
        <translation>
            <numerusform>%Ln older message</numerusform>
            <numerusform>%Ln older messages</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ContextWords</name>
    <message numerus="yes">
        <source>%1 of %Ln token(s)</source>
        <translation>
            <numerusform>%1 of %Ln token</numerusform>
            <numerusform>%1 of %Ln tokens</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln older message(s) will not be sent: the model does not see them.</source>
        <translation>
            <numerusform>%Ln older message will not be sent: the model does not see it.</numerusform>
            <numerusform>%Ln older messages will not be sent: the model does not see them.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>will send %1 of %Ln message(s)</source>
        <translation>
            <numerusform>will send %1 of %Ln message</numerusform>
            <numerusform>will send %1 of %Ln messages</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>will send %Ln message(s)</source>
        <translation>
            <numerusform>will send %Ln message</numerusform>
            <numerusform>will send %Ln messages</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DetailWords</name>
    <message numerus="yes">
        <source>%Ln token(s)</source>
        <translation>
            <numerusform>%Ln token</numerusform>
            <numerusform>%Ln tokens</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>last %Ln message(s)</source>
        <translation>
            <numerusform>last %Ln message</numerusform>
            <numerusform>last %Ln messages</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>… and %Ln more character(s)</source>
        <translation>
            <numerusform>… and %Ln more character</numerusform>
            <numerusform>… and %Ln more characters</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>EndingTexts</name>
    <message numerus="yes">
        <source>%Ln word(s) are kept.</source>
        <translation>
            <numerusform>%Ln word is kept.</numerusform>
            <numerusform>%Ln words are kept.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n day(s)</source>
        <translation>
            <numerusform>%n day</numerusform>
            <numerusform>%n days</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n h</source>
        <translation>
            <numerusform>%n&#xa0;h</numerusform>
            <numerusform>%n&#xa0;h</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n min</source>
        <translation>
            <numerusform>%n&#xa0;min</numerusform>
            <numerusform>%n&#xa0;min</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n s</source>
        <translation>
            <numerusform>%n&#xa0;s</numerusform>
            <numerusform>%n&#xa0;s</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ExpiryWords</name>
    <message numerus="yes">
        <source>Expires in %n day(s)</source>
        <translation>
            <numerusform>Expires in %n day</numerusform>
            <numerusform>Expires in %n days</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FileRows</name>
    <message numerus="yes">
        <source>%Ln fragment(s)</source>
        <translation>
            <numerusform>%Ln fragment</numerusform>
            <numerusform>%Ln fragments</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln page(s)</source>
        <translation>
            <numerusform>%Ln page</numerusform>
            <numerusform>%Ln pages</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FilesPanel</name>
    <message numerus="yes">
        <source>%Ln file(s)</source>
        <translation>
            <numerusform>%Ln file</numerusform>
            <numerusform>%Ln files</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s) were removed.</source>
        <translation>
            <numerusform>%Ln file was removed.</numerusform>
            <numerusform>%Ln files were removed.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln not read</source>
        <translation>
            <numerusform>%Ln not read</numerusform>
            <numerusform>%Ln not read</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln to read</source>
        <translation>
            <numerusform>%Ln to read</numerusform>
            <numerusform>%Ln to read</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FunctionForm</name>
    <message numerus="yes">
        <source>%n more argument(s)</source>
        <translation>
            <numerusform>%n more argument</numerusform>
            <numerusform>%n more arguments</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>one of %n value(s)</source>
        <translation>
            <numerusform>one of %n value</numerusform>
            <numerusform>one of %n values</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>GivenList</name>
    <message numerus="yes">
        <source>%Ln fragment(s)</source>
        <translation>
            <numerusform>%Ln fragment</numerusform>
            <numerusform>%Ln fragments</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln function(s)</source>
        <translation>
            <numerusform>%Ln function</numerusform>
            <numerusform>%Ln functions</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>JumpPill</name>
    <message numerus="yes">
        <source>%n new</source>
        <translation>
            <numerusform>%n new</numerusform>
            <numerusform>%n new</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Jump to the end: %n new</source>
        <translation>
            <numerusform>Jump to the end: %n new paragraph</numerusform>
            <numerusform>Jump to the end: %n new paragraphs</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ModelList</name>
    <message numerus="yes">
        <source>%n found</source>
        <translation>
            <numerusform>%n found</numerusform>
            <numerusform>%n found</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Search %n model(s)</source>
        <translation>
            <numerusform>Search %n model</numerusform>
            <numerusform>Search %n models</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ModelPage</name>
    <message numerus="yes">
        <source>%n model(s) on offer; any other name can be typed</source>
        <translation>
            <numerusform>%n model on offer; any other name can be typed</numerusform>
            <numerusform>%n models on offer; any other name can be typed</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>NoticeBar</name>
    <message numerus="yes">
        <source>%n s</source>
        <translation>
            <numerusform>%n&#xa0;s</numerusform>
            <numerusform>%n&#xa0;s</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>OtherCalls</name>
    <message numerus="yes">
        <source>%n more call(s) wait(s) for you</source>
        <translation>
            <numerusform>%n more call waits for you</numerusform>
            <numerusform>%n more calls wait for you</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>OutboxDialog</name>
    <message numerus="yes">
        <source>checked %n time(s)</source>
        <translation>
            <numerusform>checked %n time</numerusform>
            <numerusform>checked %n times</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>OverrideWords</name>
    <message numerus="yes">
        <source>last %Ln message(s)</source>
        <translation>
            <numerusform>last %Ln message</numerusform>
            <numerusform>last %Ln messages</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PullDialog</name>
    <message numerus="yes">
        <source>%Ln new message(s).</source>
        <translation>
            <numerusform>%Ln new message.</numerusform>
            <numerusform>%Ln new messages.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n assistant(s) changed here and there stay as they are here.</source>
        <translation>
            <numerusform>%n assistant changed here and there stays as it is here.</numerusform>
            <numerusform>%n assistants changed here and there stay as they are here.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Pulls</name>
    <message numerus="yes">
        <source>%Ln message(s)</source>
        <translation>
            <numerusform>%Ln message</numerusform>
            <numerusform>%Ln messages</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln thread(s)</source>
        <translation>
            <numerusform>%Ln thread</numerusform>
            <numerusform>%Ln threads</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>QuestionTexts</name>
    <message numerus="yes">
        <source>Show all %Ln line(s)</source>
        <translation>
            <numerusform>Show all of %Ln line</numerusform>
            <numerusform>Show all %Ln lines</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ResultPanel</name>
    <message numerus="yes">
        <source>%n model(s)</source>
        <translation>
            <numerusform>%n model</numerusform>
            <numerusform>%n models</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RunFacts</name>
    <message numerus="yes">
        <source>%1 of %Ln message(s)</source>
        <translation>
            <numerusform>%1 of %Ln message</numerusform>
            <numerusform>%1 of %Ln messages</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln fragment(s)</source>
        <translation>
            <numerusform>%Ln fragment</numerusform>
            <numerusform>%Ln fragments</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RunsTab</name>
    <message numerus="yes">
        <source>%Ln run(s)</source>
        <translation>
            <numerusform>%Ln run</numerusform>
            <numerusform>%Ln runs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln token(s)</source>
        <translation>
            <numerusform>%Ln token</numerusform>
            <numerusform>%Ln tokens</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SearchTrial</name>
    <message numerus="yes">
        <source>The model would be given %n fragment(s), best first.</source>
        <translation>
            <numerusform>The model would be given %n fragment.</numerusform>
            <numerusform>The model would be given %n fragments, best first.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SidebarFooter</name>
    <message numerus="yes">
        <source>%n deferred request(s) awaited</source>
        <translation>
            <numerusform>%n deferred reply is awaited</numerusform>
            <numerusform>%n deferred replies are awaited</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SourcePopover</name>
    <message numerus="yes">
        <source>%n more</source>
        <translation>
            <numerusform>%n more</numerusform>
            <numerusform>%n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SourceRow</name>
    <message numerus="yes">
        <source>%n more</source>
        <translation>
            <numerusform>%n more</numerusform>
            <numerusform>%n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>StepsView</name>
    <message numerus="yes">
        <source>%n denied</source>
        <translation>
            <numerusform>%n denied</numerusform>
            <numerusform>%n denied</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n failed</source>
        <translation>
            <numerusform>%n failed</numerusform>
            <numerusform>%n failed</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stopped</source>
        <translation>
            <numerusform>%n stopped</numerusform>
            <numerusform>%n stopped</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Trash</name>
    <message numerus="yes">
        <source>%Ln thread(s)</source>
        <translation>
            <numerusform>%Ln thread</numerusform>
            <numerusform>%Ln threads</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln thread(s) expired and moved to the trash.</source>
        <translation>
            <numerusform>%Ln thread has expired and is in the trash.</numerusform>
            <numerusform>%Ln threads have expired and are in the trash.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n assistant(s)</source>
        <translation>
            <numerusform>%n assistant</numerusform>
            <numerusform>%n assistants</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n assistant(s) expired and moved to the trash.</source>
        <translation>
            <numerusform>%n assistant has expired and is in the trash.</numerusform>
            <numerusform>%n assistants have expired and are in the trash.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TrashDialog</name>
    <message numerus="yes">
        <source>%Ln selected</source>
        <translation>
            <numerusform>%Ln selected</numerusform>
            <numerusform>%Ln selected</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Delete %n thing(s) for good?</source>
        <translation>
            <numerusform>Delete %n thing for good?</numerusform>
            <numerusform>Delete %n things for good?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Delete everything here (%n) for good?</source>
        <translation>
            <numerusform>Delete everything here (%n) for good?</numerusform>
            <numerusform>Delete everything here (%n) for good?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The trash is empty. What is deleted or has expired stays here for %n day(s).</source>
        <translation>
            <numerusform>The trash is empty. What is deleted or has expired stays here for %n day.</numerusform>
            <numerusform>The trash is empty. What is deleted or has expired stays here for %n days.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TrashRows</name>
    <message numerus="yes">
        <source>%Ln message(s)</source>
        <translation>
            <numerusform>%Ln message</numerusform>
            <numerusform>%Ln messages</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n day(s) left</source>
        <translation>
            <numerusform>%n day left</numerusform>
            <numerusform>%n days left</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>VersionsPage</name>
    <message numerus="yes">
        <source>%Ln reply(s)</source>
        <translation>
            <numerusform>%Ln reply</numerusform>
            <numerusform>%Ln replies</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>It gave %n reply(s)</source>
        <translation>
            <numerusform>It gave %n reply</numerusform>
            <numerusform>It gave %n replies</numerusform>
        </translation>
    </message>
</context>
</TS>
