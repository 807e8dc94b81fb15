<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ru_RU" sourcelanguage="en_US">
<context>
    <name>AbilityTexts</name>
    <message>
        <source>Deferred requests</source>
        <translation>Отложенные запросы</translation>
    </message>
    <message>
        <source>Holds assistants and threads: they can be brought here</source>
        <translation>Хранит ассистентов и диалоги: их можно перенести сюда</translation>
    </message>
    <message numerus="yes">
        <source>Keeps replies %n day(s); Nitka keeps them until you delete them.</source>
        <translation>
            <numerusform>Хранит ответы %n&#xa0;день; Nitka — пока вы их не удалите.</numerusform>
            <numerusform>Хранит ответы %n&#xa0;дня; Nitka — пока вы их не удалите.</numerusform>
            <numerusform>Хранит ответы %n&#xa0;дней; Nitka — пока вы их не удалите.</numerusform>
        </translation>
    </message>
    <message>
        <source>The account needs the role {role}, its key the scope {scope}.</source>
        <translation>Аккаунту нужна роль {role}, его ключу — область действия {scope}.</translation>
    </message>
    <message>
        <source>The account needs the role {role}.</source>
        <translation>Аккаунту нужна роль {role}.</translation>
    </message>
    <message>
        <source>The hosted service was closed on {day}; for servers of your own that speak its language.</source>
        <translation>Облачный сервис закрыт {day}; подходит для ваших серверов с тем же протоколом.</translation>
    </message>
    <message>
        <source>exact token counts</source>
        <translation>точный подсчёт токенов</translation>
    </message>
</context>
<context>
    <name>AboutDialog</name>
    <message>
        <source>About Nitka</source>
        <translation>О программе Nitka</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Закрыть</translation>
    </message>
    <message>
        <source>Copy &amp;versions</source>
        <translation>Копировать &amp;версии</translation>
    </message>
    <message>
        <source>Licences</source>
        <translation>Лицензии</translation>
    </message>
    <message>
        <source>Nitka is free software under the MIT licence.</source>
        <translation>Nitka — свободная программа под лицензией MIT.</translation>
    </message>
    <message>
        <source>Qt is linked dynamically and can be replaced by another version.</source>
        <translation>Библиотеки Qt подключены динамически, их можно заменить другой версией.</translation>
    </message>
    <message>
        <source>Stands on</source>
        <translation>В основе</translation>
    </message>
    <message>
        <source>Your assistants and threads, kept on this computer.</source>
        <translation>Ваши ассистенты и диалоги хранятся на этом компьютере.</translation>
    </message>
</context>
<context>
    <name>ActionRow</name>
    <message>
        <source>%1 → %2 tokens</source>
        <translation>токены: %1 → %2</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>&amp;Удалить</translation>
    </message>
    <message>
        <source>&amp;Fork into a new thread</source>
        <translation>&amp;Ответвить в новый диалог</translation>
    </message>
    <message>
        <source>&amp;Quote</source>
        <translation>&amp;Цитировать</translation>
    </message>
    <message>
        <source>Ask again with &amp;other settings…</source>
        <translation>Ответить заново с &amp;другими настройками…</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Копировать</translation>
    </message>
    <message>
        <source>Copy as &amp;Markdown</source>
        <translation>Копировать как &amp;Markdown</translation>
    </message>
    <message>
        <source>Copy as &amp;plain text</source>
        <translation>Копировать как &amp;простой текст</translation>
    </message>
    <message>
        <source>Copy as &amp;rich text</source>
        <translation>Копировать с о&amp;формлением</translation>
    </message>
    <message>
        <source>De&amp;tails…</source>
        <translation>&amp;Сведения…</translation>
    </message>
    <message>
        <source>Edit and send again</source>
        <translation>Изменить и отправить снова</translation>
    </message>
    <message>
        <source>Fork into a new thread</source>
        <translation>Ответвить в новый диалог</translation>
    </message>
    <message>
        <source>More actions</source>
        <translation>Другие действия</translation>
    </message>
    <message>
        <source>Next version</source>
        <translation>Следующий вариант</translation>
    </message>
    <message>
        <source>Previous version</source>
        <translation>Предыдущий вариант</translation>
    </message>
    <message>
        <source>Regenerate</source>
        <translation>Ответить заново</translation>
    </message>
    <message>
        <source>Regenerate; what follows stays as a branch</source>
        <translation>Ответить заново; то, что ниже, останется отдельной веткой</translation>
    </message>
    <message>
        <source>cut</source>
        <translation>обрезан</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>ошибка</translation>
    </message>
    <message>
        <source>interrupted</source>
        <translation>прерван</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>остановлен</translation>
    </message>
    <message>
        <source>v%1</source>
        <translation>v%1</translation>
    </message>
    <message>
        <source>withheld</source>
        <translation>скрыт сервисом</translation>
    </message>
</context>
<context>
    <name>AdvancedFields</name>
    <message>
        <source>A reply is written on when the network breaks or Nitka closes, and fetched later.</source>
        <translation>При обрыве сети или закрытии Nitka ответ дописывается, и его можно забрать позже.</translation>
    </message>
    <message>
        <source>Ad&amp;vanced</source>
        <translation>Дополн&amp;ительно</translation>
    </message>
    <message>
        <source>Address of IAM</source>
        <translation>Адрес IAM</translation>
    </message>
    <message>
        <source>Address of operations</source>
        <translation>Адрес операций</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>Дополнительно</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Все файлы (*)</translation>
    </message>
    <message>
        <source>Ask the service not to log</source>
        <translation>Просить сервис не вести журнал</translation>
    </message>
    <message>
        <source>Certificates (*.pem *.crt *.cer)</source>
        <translation>Сертификаты (*.pem *.crt *.cer)</translation>
    </message>
    <message>
        <source>Choose a certificate file</source>
        <translation>Выбор файла сертификата</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Выбрать…</translation>
    </message>
    <message>
        <source>Go on from replies that the service keeps</source>
        <translation>Продолжать с ответов, которые хранит сервис</translation>
    </message>
    <message>
        <source>Its documentation says that requests which are not logged are not stored.</source>
        <translation>По документации сервиса, запросы без журнала не сохраняются.</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Нет</translation>
    </message>
    <message>
        <source>Not an address that starts with http:// or https://.</source>
        <translation>Адрес должен начинаться с http:// или https://.</translation>
    </message>
    <message>
        <source>Only when nothing was delivered or billed; the wait is shown and can be stopped.</source>
        <translation>Только если ничего не доставлено и не оплачено; ожидание видно, его можно прервать.</translation>
    </message>
    <message>
        <source>Own certificate authority</source>
        <translation>Свой центр сертификации</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Убрать</translation>
    </message>
    <message>
        <source>Requests at once, at most</source>
        <translation>Запросов одновременно, не больше</translation>
    </message>
    <message>
        <source>Sends less. When the service has forgotten them, the whole thread is sent.</source>
        <translation>Отправляется меньше. Если сервис их забыл, отправляется весь диалог.</translation>
    </message>
    <message>
        <source>Trusted for this connection, besides those of the system.</source>
        <translation>Для этого подключения ему доверяют наравне с системными.</translation>
    </message>
    <message>
        <source>Try again by itself</source>
        <translation>Повторять самостоятельно</translation>
    </message>
    <message>
        <source>Usual: {number}</source>
        <translation>Обычно: {number}</translation>
    </message>
    <message>
        <source>Write on in the background</source>
        <translation>Дописывать в фоне</translation>
    </message>
</context>
<context>
    <name>Announcer</name>
    <message numerus="yes">
        <source>Code block, %n line(s)</source>
        <translation>
            <numerusform>Блок кода, %n&#xa0;строка</numerusform>
            <numerusform>Блок кода, %n&#xa0;строки</numerusform>
            <numerusform>Блок кода, %n&#xa0;строк</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Reply complete, %Ln word(s)</source>
        <translation>
            <numerusform>Ответ готов, %Ln&#xa0;слово</numerusform>
            <numerusform>Ответ готов, %Ln&#xa0;слова</numerusform>
            <numerusform>Ответ готов, %Ln&#xa0;слов</numerusform>
        </translation>
    </message>
    <message>
        <source>Writing a reply</source>
        <translation>Ассистент пишет ответ</translation>
    </message>
</context>
<context>
    <name>Arguments</name>
    <message>
        <source>Arguments as JSON</source>
        <translation>Аргументы в виде JSON</translation>
    </message>
    <message>
        <source>No arguments</source>
        <translation>Без аргументов</translation>
    </message>
    <message>
        <source>Show as JSON</source>
        <translation>Показать как JSON</translation>
    </message>
    <message>
        <source>Show as a table</source>
        <translation>Показать таблицей</translation>
    </message>
    <message>
        <source>The arguments are not a JSON object:</source>
        <translation>Аргументы не являются объектом JSON:</translation>
    </message>
</context>
<context>
    <name>AssistantActions</name>
    <message>
        <source>%1 (copy)</source>
        <translation>%1 (копия)</translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) were sent to the service.</source>
        <translation>
            <numerusform>%n файл отправлен в сервис.</numerusform>
            <numerusform>%n файла отправлены в сервис.</numerusform>
            <numerusform>%n файлов отправлено в сервис.</numerusform>
        </translation>
    </message>
    <message>
        <source>An assistant you were making was kept.</source>
        <translation>Черновик нового ассистента сохранён.</translation>
    </message>
    <message>
        <source>Deleting at the service failed. %1</source>
        <translation>Удалить в сервисе не получилось. %1</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Продолжить</translation>
    </message>
    <message>
        <source>Make one</source>
        <translation>Создать</translation>
    </message>
    <message>
        <source>Not all files were sent to the service. %1</source>
        <translation>Не все файлы отправлены в сервис. %1</translation>
    </message>
    <message>
        <source>The index “%1” is ready. It can be chosen in the settings of an assistant.</source>
        <translation>Индекс «%1» готов. Его можно выбрать в настройках ассистента.</translation>
    </message>
    <message>
        <source>The service has not made the index “%2”. %1</source>
        <translation>Сервис не создал индекс «%2». %1</translation>
    </message>
    <message>
        <source>“%1” had been deleted for good. It was made anew from its settings.</source>
        <translation>Ассистент «%1» был удалён навсегда. Он создан заново по этим настройкам.</translation>
    </message>
    <message>
        <source>“%1” is connected. An assistant can answer through it.</source>
        <translation>Подключение «%1» готово. Через него может отвечать ассистент.</translation>
    </message>
    <message>
        <source>“%1” was in the trash. Now that it is saved it is in use again.</source>
        <translation>Ассистент «%1» был в корзине. Теперь он сохранён и снова в работе.</translation>
    </message>
</context>
<context>
    <name>AssistantDialog</name>
    <message>
        <source>&amp;Apply</source>
        <translation>Применит&amp;ь</translation>
    </message>
    <message>
        <source>&amp;Create</source>
        <translation>&amp;Создать</translation>
    </message>
    <message>
        <source>&amp;Keep editing</source>
        <translation>Вернут&amp;ься</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>&amp;Сохранить</translation>
    </message>
    <message>
        <source>&amp;Save as v{n}</source>
        <translation>&amp;Сохранить как v{n}</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Отмена</translation>
    </message>
    <message>
        <source>Changed since version {n}, draft kept</source>
        <translation>Изменено после версии&#xa0;{n}, черновик сохранён</translation>
    </message>
    <message>
        <source>Disc&amp;ard</source>
        <translation>Не сохран&amp;ять</translation>
    </message>
    <message>
        <source>New assistant</source>
        <translation>Новый ассистент</translation>
    </message>
    <message>
        <source>Note for this version</source>
        <translation>Заметка к версии</translation>
    </message>
    <message>
        <source>Note for this version: what changed and why</source>
        <translation>Заметка к версии: что изменилось и почему</translation>
    </message>
    <message>
        <source>R&amp;estore</source>
        <translation>Во&amp;сстановить</translation>
    </message>
    <message>
        <source>Restoring undone</source>
        <translation>Восстановление отменено</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Сохранить</translation>
    </message>
    <message>
        <source>Save and go on editing</source>
        <translation>Сохранить и продолжить правку</translation>
    </message>
    <message>
        <source>Save the changes before closing?</source>
        <translation>Сохранить изменения?</translation>
    </message>
    <message>
        <source>The changes cannot be saved as they are.</source>
        <translation>В таком виде изменения не сохранить.</translation>
    </message>
    <message>
        <source>The changes that are not saved would be given up.</source>
        <translation>Несохранённые изменения пропадут.</translation>
    </message>
    <message>
        <source>This was not saved. {why}</source>
        <translation>Не сохранено. {why}</translation>
    </message>
    <message>
        <source>Version {n}</source>
        <translation>Версия&#xa0;{n}</translation>
    </message>
    <message>
        <source>Version {n} is in use again.</source>
        <translation>Снова действует версия {n}.</translation>
    </message>
    <message>
        <source>Version {n} restored</source>
        <translation>Восстановлена версия {n}</translation>
    </message>
</context>
<context>
    <name>AssistantFiles</name>
    <message numerus="yes">
        <source>%n function(s) of it start programs on this machine, but only if you allow it.</source>
        <translation>
            <numerusform>%n функция ассистента запускает программу на этом компьютере — только с вашего согласия.</numerusform>
            <numerusform>%n функции ассистента запускают программы на этом компьютере — только с вашего согласия.</numerusform>
            <numerusform>%n функций ассистента запускают программы на этом компьютере — только с вашего согласия.</numerusform>
        </translation>
    </message>
    <message>
        <source>Assistant</source>
        <translation>Ассистент</translation>
    </message>
    <message>
        <source>Assistants (%1)</source>
        <translation>Ассистенты (%1)</translation>
    </message>
    <message>
        <source>Choose a connection for it.</source>
        <translation>Выберите для него подключение.</translation>
    </message>
    <message>
        <source>Export an assistant as it is now</source>
        <translation>Экспорт текущей версии ассистента</translation>
    </message>
    <message>
        <source>Export an assistant with all its versions</source>
        <translation>Экспорт ассистента со всеми версиями</translation>
    </message>
    <message>
        <source>Exported to %1</source>
        <translation>Экспортировано в %1</translation>
    </message>
    <message>
        <source>Import assistants</source>
        <translation>Импорт ассистентов</translation>
    </message>
    <message>
        <source>It answers through “%1”.</source>
        <translation>Отвечает через «%1».</translation>
    </message>
    <message>
        <source>It is damaged: %1.</source>
        <translation>Файл повреждён: %1.</translation>
    </message>
    <message>
        <source>It is not JSON.</source>
        <translation>Это не JSON.</translation>
    </message>
    <message>
        <source>It is too large for an assistant.</source>
        <translation>Для ассистента файл слишком велик.</translation>
    </message>
    <message>
        <source>It was written by a newer Nitka.</source>
        <translation>Файл записан более новой версией Nitka.</translation>
    </message>
    <message>
        <source>Its field “%1” is over the limit.</source>
        <translation>Поле «%1» превышает лимит.</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Настройки</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>Показать в папке</translation>
    </message>
    <message>
        <source>The files that it searches in are not included.</source>
        <translation>Файлы, в которых он ищет, в экспорт не входят.</translation>
    </message>
    <message>
        <source>The files that it searches in did not come along.</source>
        <translation>Файлы, в которых он ищет, вместе с ним не переданы.</translation>
    </message>
    <message>
        <source>There is no assistant in it.</source>
        <translation>В файле нет ассистента.</translation>
    </message>
    <message>
        <source>There is no connection like “%1” here: choose one for it.</source>
        <translation>Подключения вроде «%1» здесь нет: выберите другое.</translation>
    </message>
    <message>
        <source>There is no connection “%1” here: it answers through “%2”.</source>
        <translation>Подключения «%1» здесь нет: отвечает через «%2».</translation>
    </message>
    <message>
        <source>“%1” was imported.</source>
        <translation>Ассистент «%1» импортирован.</translation>
    </message>
    <message>
        <source>“%1” was not imported. %2</source>
        <translation>Файл «%1» не импортирован. %2</translation>
    </message>
</context>
<context>
    <name>AssistantListModel</name>
    <message numerus="yes">
        <source>%Ln thread(s)</source>
        <translation>
            <numerusform>%Ln&#xa0;диалог</numerusform>
            <numerusform>%Ln&#xa0;диалога</numerusform>
            <numerusform>%Ln&#xa0;диалогов</numerusform>
        </translation>
    </message>
    <message>
        <source>All threads</source>
        <translation>Все диалоги</translation>
    </message>
</context>
<context>
    <name>AssistantPages</name>
    <message>
        <source>&amp;General</source>
        <translation>&amp;Общие</translation>
    </message>
    <message>
        <source>&amp;Instruction</source>
        <translation>&amp;Инструкция</translation>
    </message>
    <message>
        <source>&amp;Model</source>
        <translation>&amp;Модель</translation>
    </message>
    <message>
        <source>&amp;Tools</source>
        <translation>Инстр&amp;ументы</translation>
    </message>
    <message>
        <source>&amp;Versions</source>
        <translation>&amp;Версии</translation>
    </message>
    <message>
        <source>Conte&amp;xt</source>
        <translation>&amp;Контекст</translation>
    </message>
    <message>
        <source>Li&amp;fetime</source>
        <translation>С&amp;рок действия</translation>
    </message>
    <message>
        <source>Parts of the settings</source>
        <translation>Разделы настроек</translation>
    </message>
    <message>
        <source>Something here needs a change</source>
        <translation>Здесь нужно что-то исправить</translation>
    </message>
</context>
<context>
    <name>AssistantsPane</name>
    <message>
        <source>Assistant settings</source>
        <translation>Настройки ассистента</translation>
    </message>
    <message>
        <source>Assistants</source>
        <translation>Ассистенты</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Удалить</translation>
    </message>
    <message>
        <source>Drop to import</source>
        <translation>Отпустите, чтобы импортировать</translation>
    </message>
    <message>
        <source>Duplicate</source>
        <translation>Дублировать</translation>
    </message>
    <message>
        <source>Export with all versions…</source>
        <translation>Экспорт со всеми версиями…</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Экспорт…</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>Импорт…</translation>
    </message>
    <message>
        <source>New assistant</source>
        <translation>Новый ассистент</translation>
    </message>
    <message>
        <source>New assistant…</source>
        <translation>Новый ассистент…</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>Настройки…</translation>
    </message>
</context>
<context>
    <name>Beginning</name>
    <message>
        <source>Local assistant</source>
        <translation>Локальный ассистент</translation>
    </message>
    <message>
        <source>On this device</source>
        <translation>На этом устройстве</translation>
    </message>
</context>
<context>
    <name>CallCard</name>
    <message>
        <source>%1 asks you for the result of %2</source>
        <translation>%1 ждёт от вас результата функции %2</translation>
    </message>
    <message>
        <source>%1 wants to call %2</source>
        <translation>%1 хочет вызвать функцию %2</translation>
    </message>
    <message>
        <source>&amp;Result</source>
        <translation>&amp;Результат</translation>
    </message>
    <message>
        <source>Allow once</source>
        <translation>Разрешить один раз</translation>
    </message>
    <message>
        <source>Always for this function</source>
        <translation>Всегда для этой функции</translation>
    </message>
    <message>
        <source>Deny</source>
        <translation>Отклонить</translation>
    </message>
    <message>
        <source>For this function of this assistant, as long as it starts exactly this program</source>
        <translation>Для этой функции этого ассистента, пока она запускает именно эту программу</translation>
    </message>
    <message>
        <source>Give result</source>
        <translation>Передать результат</translation>
    </message>
    <message>
        <source>Nitka does not confine the program: it may do whatever you may. It is given the arguments as JSON.</source>
        <translation>Nitka не ограничивает программу: ей доступно всё, что доступно вам. Аргументы она получит в виде JSON.</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>Программа</translation>
    </message>
    <message>
        <source>Text or JSON · Ctrl+Enter gives it</source>
        <translation>Текст или JSON · Ctrl+Enter — передать</translation>
    </message>
    <message>
        <source>The assistant</source>
        <translation>Ассистент</translation>
    </message>
    <message>
        <source>This program would be started:</source>
        <translation>Будет запущена программа:</translation>
    </message>
</context>
<context>
    <name>CallWords</name>
    <message>
        <source>%1 s</source>
        <translation>%1&#xa0;с</translation>
    </message>
    <message>
        <source>broken off</source>
        <translation>оборвалось</translation>
    </message>
    <message>
        <source>done</source>
        <translation>готово</translation>
    </message>
    <message>
        <source>ended at its time limit</source>
        <translation>прервано по истечении времени</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>ошибка</translation>
    </message>
    <message>
        <source>not decided</source>
        <translation>решение не принято</translation>
    </message>
    <message>
        <source>running</source>
        <translation>выполняется</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>остановлено</translation>
    </message>
    <message>
        <source>waits for you</source>
        <translation>ждёт вас</translation>
    </message>
    <message>
        <source>you did not allow it</source>
        <translation>вы не разрешили</translation>
    </message>
</context>
<context>
    <name>Choices</name>
    <message>
        <source>The language changes with the next start.</source>
        <translation>Язык сменится при следующем запуске.</translation>
    </message>
</context>
<context>
    <name>ChunkingFields</name>
    <message>
        <source>At most half of a fragment: {most}.</source>
        <translation>Не больше половины фрагмента: {most}.</translation>
    </message>
    <message>
        <source>Cut again</source>
        <translation>Разделить заново</translation>
    </message>
    <message>
        <source>From {least} to {most}.</source>
        <translation>От {least} до {most}.</translation>
    </message>
    <message>
        <source>How texts are cut</source>
        <translation>Как делятся тексты</translation>
    </message>
    <message>
        <source>Repeated from the one before, in tokens</source>
        <translation>Повтор из предыдущего, в токенах</translation>
    </message>
    <message>
        <source>Size of a fragment, in tokens</source>
        <translation>Размер фрагмента, в токенах</translation>
    </message>
    <message>
        <source>The usual is 800. A change reads all texts anew, at once.</source>
        <translation>Обычно 800. После изменения все тексты сразу делятся заново.</translation>
    </message>
</context>
<context>
    <name>CitationsTab</name>
    <message>
        <source>Fragment</source>
        <translation>Фрагмент</translation>
    </message>
    <message>
        <source>Sources of the reply</source>
        <translation>Источники ответа</translation>
    </message>
    <message>
        <source>This reply cites nothing.</source>
        <translation>В этом ответе нет цитат.</translation>
    </message>
</context>
<context>
    <name>CodeBlock</name>
    <message>
        <source>Copied</source>
        <translation>Скопировано</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Копировать</translation>
    </message>
    <message>
        <source>Copy code</source>
        <translation>Копировать код</translation>
    </message>
    <message>
        <source>Do not wrap lines</source>
        <translation>Не переносить строки</translation>
    </message>
    <message>
        <source>Show all %1 lines</source>
        <translation>Показать все строки: %1</translation>
    </message>
    <message>
        <source>Show less</source>
        <translation>Свернуть</translation>
    </message>
    <message>
        <source>Wrap lines</source>
        <translation>Переносить строки</translation>
    </message>
</context>
<context>
    <name>CommandEditor</name>
    <message>
        <source>&amp;Program</source>
        <translation>Про&amp;грамма</translation>
    </message>
    <message>
        <source>Choose a program</source>
        <translation>Выбор программы</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Выбрать…</translation>
    </message>
    <message>
        <source>It gets the arguments of the call as JSON on its standard input; what it prints until it ends is the result. What it leaves running then goes on.</source>
        <translation>Аргументы вызова она получает в виде JSON на стандартный ввод; результат — то, что она выведет до своего завершения. Запущенное ею в фоне продолжит работать.</translation>
    </message>
    <message>
        <source>Its arg&amp;uments</source>
        <translation>Её аргумент&amp;ы</translation>
    </message>
    <message>
        <source>Longest result, in KB</source>
        <translation>Предел результата, в КБ</translation>
    </message>
    <message>
        <source>Longest time, in seconds</source>
        <translation>Предел времени, в секундах</translation>
    </message>
    <message>
        <source>Nitka starts this program with your rights and does not confine it.</source>
        <translation>Nitka запускает эту программу с вашими правами и ничем её не ограничивает.</translation>
    </message>
    <message>
        <source>One a line, always the same; nothing of a call is put in, and no shell reads them.</source>
        <translation>По одному на строке, всегда одни и те же: из вызова в них ничего не попадает, и оболочка их не читает.</translation>
    </message>
    <message>
        <source>The model is given no more than that.</source>
        <translation>Больше модель не получит.</translation>
    </message>
    <message>
        <source>The path of a file, or a name that the system finds.</source>
        <translation>Путь к файлу или имя, которое найдёт система.</translation>
    </message>
    <message>
        <source>Then it is ended, with all that it started.</source>
        <translation>Потом она завершается со всем, что запустила.</translation>
    </message>
</context>
<context>
    <name>CommandTrial</name>
    <message>
        <source>Done. The model would be given this:</source>
        <translation>Готово. Модель получила бы это:</translation>
    </message>
    <message>
        <source>Ended at its time limit. The model would be told this:</source>
        <translation>Завершена по истечении времени. Модель получила бы это:</translation>
    </message>
    <message>
        <source>Failed. The model would be told this:</source>
        <translation>Не удалось. Модели было бы сказано:</translation>
    </message>
    <message>
        <source>On its standard error:</source>
        <translation>В стандартном потоке ошибок:</translation>
    </message>
    <message>
        <source>Running…</source>
        <translation>Выполняется…</translation>
    </message>
    <message>
        <source>Runs the program now, with the arguments above.</source>
        <translation>Запускает программу прямо сейчас с аргументами, указанными выше.</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Остановить</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>Остановлено.</translation>
    </message>
    <message>
        <source>Tr&amp;y it</source>
        <translation>Испро&amp;бовать</translation>
    </message>
    <message>
        <source>What the program gave</source>
        <translation>Что вывела программа</translation>
    </message>
</context>
<context>
    <name>Composer</name>
    <message>
        <source>%1 to queue · Esc to stop</source>
        <translation>%1 — в очередь · Esc — стоп</translation>
    </message>
    <message>
        <source>%1 to send</source>
        <translation>%1 — отправить</translation>
    </message>
    <message>
        <source>Ask as the assistant is set</source>
        <translation>Спросить с настройками ассистента</translation>
    </message>
    <message>
        <source>Cancel editing</source>
        <translation>Отменить правку</translation>
    </message>
    <message>
        <source>Ctrl+Enter</source>
        <translation>Ctrl+Enter</translation>
    </message>
    <message>
        <source>Editing: the old version stays as a branch</source>
        <translation>Правка: прежний вариант останется отдельной веткой</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>Enter</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>Сообщение</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>Отправить</translation>
    </message>
    <message>
        <source>Send (%1)</source>
        <translation>Отправить (%1)</translation>
    </message>
    <message>
        <source>Send deferred</source>
        <translation>Отправить отложенно</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Остановить</translation>
    </message>
    <message>
        <source>Stop (Esc)</source>
        <translation>Остановить (Esc)</translation>
    </message>
    <message>
        <source>Write a message</source>
        <translation>Напишите сообщение</translation>
    </message>
</context>
<context>
    <name>ConnectionChooser</name>
    <message>
        <source>&amp;Look for servers</source>
        <translation>&amp;Искать серверы</translation>
    </message>
    <message>
        <source>A GGUF file; Nitka runs it, nothing else is needed.</source>
        <translation>Файл GGUF; Nitka запустит его сама, больше ничего не нужно.</translation>
    </message>
    <message>
        <source>A folder id and a key; deferred requests, exact token counts.</source>
        <translation>Идентификатор каталога и ключ; отложенные запросы, точный подсчёт токенов.</translation>
    </message>
    <message>
        <source>A folder id and an API key of a service account.</source>
        <translation>Идентификатор каталога и ключ API сервисного аккаунта.</translation>
    </message>
    <message>
        <source>A model file</source>
        <translation>Файл модели</translation>
    </message>
    <message>
        <source>A server of your own that speaks it, a folder id and a key.</source>
        <translation>Свой сервер с этим протоколом, идентификатор каталога и ключ.</translation>
    </message>
    <message>
        <source>AI Assistant API</source>
        <translation>AI Assistant API</translation>
    </message>
    <message>
        <source>An API key.</source>
        <translation>Ключ API.</translation>
    </message>
    <message>
        <source>An address, and a key if it asks for one.</source>
        <translation>Адрес и ключ, если сервер его требует.</translation>
    </message>
    <message>
        <source>Another compatible server</source>
        <translation>Другой совместимый сервер</translation>
    </message>
    <message>
        <source>Answers, and wants a key.</source>
        <translation>Отвечает, нужен ключ.</translation>
    </message>
    <message numerus="yes">
        <source>Answers: %n model(s).</source>
        <translation>
            <numerusform>Отвечает: %n&#xa0;модель.</numerusform>
            <numerusform>Отвечает: %n&#xa0;модели.</numerusform>
            <numerusform>Отвечает: %n&#xa0;моделей.</numerusform>
        </translation>
    </message>
    <message>
        <source>Anything else</source>
        <translation>Остальное</translation>
    </message>
    <message>
        <source>Everything can be changed later.</source>
        <translation>Потом всё можно изменить.</translation>
    </message>
    <message>
        <source>Found in the environment together with {names}.</source>
        <translation>Найдено в переменных среды вместе с {names}.</translation>
    </message>
    <message>
        <source>Found in the environment; used only if you choose it.</source>
        <translation>Найдено в переменных среды; используется, только если вы выберете.</translation>
    </message>
    <message>
        <source>Found: {names}.</source>
        <translation>Найдены: {names}.</translation>
    </message>
    <message>
        <source>Looking at the usual ports of this computer…</source>
        <translation>Опрос обычных портов этого компьютера…</translation>
    </message>
    <message>
        <source>No connections yet.</source>
        <translation>Подключений пока нет.</translation>
    </message>
    <message>
        <source>No server answers at the usual ports.</source>
        <translation>На обычных портах никто не отвечает.</translation>
    </message>
    <message>
        <source>On this computer</source>
        <translation>На этом компьютере</translation>
    </message>
    <message>
        <source>Services</source>
        <translation>Сервисы</translation>
    </message>
    <message>
        <source>Usually at port {port}.</source>
        <translation>Обычно на порту {port}.</translation>
    </message>
    <message>
        <source>What do you want to connect?</source>
        <translation>Что подключить?</translation>
    </message>
    <message>
        <source>Yandex text generation</source>
        <translation>Генерация текста Yandex</translation>
    </message>
    <message>
        <source>{name}, with {variable}</source>
        <translation>{name}, с {variable}</translation>
    </message>
</context>
<context>
    <name>ConnectionEditor</name>
    <message>
        <source>&amp;Name</source>
        <translation>&amp;Название</translation>
    </message>
    <message>
        <source>Too long: at most {limit} characters.</source>
        <translation>Слишком длинно: не больше {limit}&#xa0;символов.</translation>
    </message>
</context>
<context>
    <name>ConnectionList</name>
    <message>
        <source>&amp;Add a connection</source>
        <translation>&amp;Добавить</translation>
    </message>
    <message>
        <source>Connections</source>
        <translation>Подключения</translation>
    </message>
    <message>
        <source>De&amp;lete…</source>
        <translation>&amp;Удалить…</translation>
    </message>
    <message>
        <source>Move &amp;down</source>
        <translation>Переместить в&amp;низ</translation>
    </message>
    <message>
        <source>Move &amp;up</source>
        <translation>Переместить в&amp;верх</translation>
    </message>
</context>
<context>
    <name>ConnectionsDialog</name>
    <message>
        <source>&amp;Bring assistants and threads here…</source>
        <translation>Перенести ассистентов и диалоги с&amp;юда…</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Закрыть</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>&amp;Удалить</translation>
    </message>
    <message>
        <source>&amp;Discard</source>
        <translation>Не сохран&amp;ять</translation>
    </message>
    <message>
        <source>&amp;Keep</source>
        <translation>Ос&amp;тавить</translation>
    </message>
    <message>
        <source>&amp;Keep editing</source>
        <translation>Ве&amp;рнуться</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>&amp;Сохранить</translation>
    </message>
    <message>
        <source>&amp;Test</source>
        <translation>&amp;Проверить</translation>
    </message>
    <message>
        <source>Built-in model</source>
        <translation>Встроенная модель</translation>
    </message>
    <message>
        <source>Connections</source>
        <translation>Подключения</translation>
    </message>
    <message>
        <source>D&amp;elete…</source>
        <translation>&amp;Удалить…</translation>
    </message>
    <message>
        <source>Delete “{name}” and its key?</source>
        <translation>Удалить «{name}» вместе с ключом?</translation>
    </message>
    <message>
        <source>Delete “{name}”?</source>
        <translation>Удалить «{name}»?</translation>
    </message>
    <message>
        <source>New connection</source>
        <translation>Новое подключение</translation>
    </message>
    <message>
        <source>Not chosen yet</source>
        <translation>Ещё не выбрано</translation>
    </message>
    <message>
        <source>Not saved yet</source>
        <translation>Ещё не сохранено</translation>
    </message>
    <message>
        <source>Save the changes of this connection?</source>
        <translation>Сохранить изменения подключения?</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>Сохранение…</translation>
    </message>
    <message>
        <source>Testing…</source>
        <translation>Проверка…</translation>
    </message>
    <message>
        <source>There is no keyring: the key is kept until Nitka closes.</source>
        <translation>Связки ключей нет: ключ хранится до закрытия Nitka.</translation>
    </message>
    <message>
        <source>Used by {names}.</source>
        <translation>Используют: {names}.</translation>
    </message>
    <message>
        <source>Works · {time}</source>
        <translation>Работает · {time}</translation>
    </message>
</context>
<context>
    <name>ContextCaption</name>
    <message>
        <source>Context: %1</source>
        <translation>Контекст: %1</translation>
    </message>
</context>
<context>
    <name>ContextGauge</name>
    <message>
        <source>Context: %1 % full</source>
        <translation>Контекст заполнен на %1&#xa0;%</translation>
    </message>
</context>
<context>
    <name>ContextLine</name>
    <message>
        <source>The model saw from here</source>
        <translation>Модель видела диалог отсюда</translation>
    </message>
    <message>
        <source>The model sees from here</source>
        <translation>Модель видит диалог отсюда</translation>
    </message>
    <message>
        <source>The model sees only what comes after this</source>
        <translation>Модель видит только то, что идёт после этого сообщения</translation>
    </message>
</context>
<context>
    <name>ContextPage</name>
    <message>
        <source>New thread</source>
        <translation>Новый диалог</translation>
    </message>
    <message>
        <source>The preview is there once the assistant has a thread.</source>
        <translation>Предпросмотр появится вместе с первым диалогом ассистента.</translation>
    </message>
    <message>
        <source>What that means in a threa&amp;d</source>
        <translation>Что это значит в ди&amp;алоге</translation>
    </message>
</context>
<context>
    <name>ContextTab</name>
    <message>
        <source>%1, left out</source>
        <translation>%1, не войдёт</translation>
    </message>
    <message numerus="yes">
        <source>%Ln older message(s)</source>
        <translation>
            <numerusform>Ещё %Ln сообщение раньше</numerusform>
            <numerusform>Ещё %Ln сообщения раньше</numerusform>
            <numerusform>Ещё %Ln сообщений раньше</numerusform>
        </translation>
    </message>
    <message>
        <source>Free</source>
        <translation>Свободно</translation>
    </message>
    <message>
        <source>Instruction</source>
        <translation>Инструкция</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>Сообщения</translation>
    </message>
    <message>
        <source>Messages of the next question</source>
        <translation>Сообщения следующего вопроса</translation>
    </message>
    <message>
        <source>No assistant answers here, so nothing would be sent.</source>
        <translation>Здесь не отвечает ни один ассистент, поэтому отправлять нечего.</translation>
    </message>
    <message>
        <source>Nothing was said yet. What you write is counted here before it is sent.</source>
        <translation>Пока ничего не сказано. То, что вы пишете, считается здесь ещё до отправки.</translation>
    </message>
    <message>
        <source>Reading it costs %1.</source>
        <translation>Прочесть всё это стоит %1.</translation>
    </message>
    <message>
        <source>The model sees from here</source>
        <translation>Модель видит диалог отсюда</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>Инструменты</translation>
    </message>
    <message>
        <source>You, not sent yet</source>
        <translation>Вы, ещё не отправлено</translation>
    </message>
</context>
<context>
    <name>ContextWords</name>
    <message numerus="yes">
        <source>%1 of %Ln token(s)</source>
        <translation>
            <numerusform>%1 из %Ln&#xa0;токена</numerusform>
            <numerusform>%1 из %Ln&#xa0;токенов</numerusform>
            <numerusform>%1 из %Ln&#xa0;токенов</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln older message(s) will not be sent: the model does not see them.</source>
        <translation>
            <numerusform>%Ln&#xa0;старое сообщение не будет отправлено: модель его не видит.</numerusform>
            <numerusform>%Ln&#xa0;старых сообщения не будут отправлены: модель их не видит.</numerusform>
            <numerusform>%Ln&#xa0;старых сообщений не будут отправлены: модель их не видит.</numerusform>
        </translation>
    </message>
    <message>
        <source>A rough estimate; replies of this model will make it better.</source>
        <translation>Приблизительная оценка; ответы этой модели её уточнят.</translation>
    </message>
    <message>
        <source>Counted by the service.</source>
        <translation>Подсчитано сервисом.</translation>
    </message>
    <message>
        <source>Estimated, with what earlier replies of this model have taught.</source>
        <translation>Оценка, уточнённая по прежним ответам этой модели.</translation>
    </message>
    <message>
        <source>Soon the oldest messages will no longer be sent.</source>
        <translation>Скоро самые старые сообщения перестанут отправляться.</translation>
    </message>
    <message>
        <source>The instruction alone takes more tokens than a prompt may have: no earlier message is sent. Shorten it, or allow longer prompts.</source>
        <translation>Сама инструкция не помещается в лимит запроса, поэтому прежние сообщения не отправляются. Сократите её или увеличьте лимит.</translation>
    </message>
    <message>
        <source>The instruction and the tools alone take more tokens than a prompt may have: no earlier message is sent. Shorten them, or allow longer prompts.</source>
        <translation>Инструкция и инструменты не помещаются в лимит запроса, поэтому прежние сообщения не отправляются. Сократите их или увеличьте лимит.</translation>
    </message>
    <message>
        <source>The model sees the whole thread.</source>
        <translation>Модель видит весь диалог.</translation>
    </message>
    <message>
        <source>about %1</source>
        <translation>около %1</translation>
    </message>
    <message>
        <source>over the limit without any message</source>
        <translation>лимит превышен и без сообщений</translation>
    </message>
    <message numerus="yes">
        <source>will send %1 of %Ln message(s)</source>
        <translation>
            <numerusform>уйдёт %1 из %Ln&#xa0;сообщения</numerusform>
            <numerusform>уйдёт %1 из %Ln&#xa0;сообщений</numerusform>
            <numerusform>уйдёт %1 из %Ln&#xa0;сообщений</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>will send %Ln message(s)</source>
        <translation>
            <numerusform>уйдёт %Ln&#xa0;сообщение</numerusform>
            <numerusform>уйдут %Ln&#xa0;сообщения</numerusform>
            <numerusform>уйдёт %Ln&#xa0;сообщений</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DetailWords</name>
    <message>
        <source>%1 s</source>
        <translation>%1&#xa0;с</translation>
    </message>
    <message numerus="yes">
        <source>%Ln token(s)</source>
        <translation>
            <numerusform>%Ln&#xa0;токен</numerusform>
            <numerusform>%Ln&#xa0;токена</numerusform>
            <numerusform>%Ln&#xa0;токенов</numerusform>
        </translation>
    </message>
    <message>
        <source>Assistant</source>
        <translation>Ассистент</translation>
    </message>
    <message>
        <source>JSON</source>
        <translation>JSON</translation>
    </message>
    <message>
        <source>JSON Schema</source>
        <translation>схема JSON</translation>
    </message>
    <message>
        <source>Tool</source>
        <translation>Инструмент</translation>
    </message>
    <message>
        <source>You</source>
        <translation>Вы</translation>
    </message>
    <message>
        <source>being written</source>
        <translation>пишется</translation>
    </message>
    <message>
        <source>complete</source>
        <translation>полностью</translation>
    </message>
    <message>
        <source>cut off at the length limit</source>
        <translation>обрезан по пределу длины</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>ошибка</translation>
    </message>
    <message>
        <source>high</source>
        <translation>много</translation>
    </message>
    <message>
        <source>interrupted</source>
        <translation>прерван</translation>
    </message>
    <message numerus="yes">
        <source>last %Ln message(s)</source>
        <translation>
            <numerusform>последнее %Ln&#xa0;сообщение</numerusform>
            <numerusform>последние %Ln&#xa0;сообщения</numerusform>
            <numerusform>последние %Ln&#xa0;сообщений</numerusform>
        </translation>
    </message>
    <message>
        <source>low</source>
        <translation>немного</translation>
    </message>
    <message>
        <source>medium</source>
        <translation>умеренно</translation>
    </message>
    <message>
        <source>service default</source>
        <translation>как решит сервис</translation>
    </message>
    <message>
        <source>stopped by you</source>
        <translation>остановлен вами</translation>
    </message>
    <message>
        <source>text</source>
        <translation>текст</translation>
    </message>
    <message>
        <source>v%1</source>
        <translation>v%1</translation>
    </message>
    <message>
        <source>waiting at the service</source>
        <translation>ожидает в сервисе</translation>
    </message>
    <message>
        <source>withheld by the service</source>
        <translation>не выдан сервисом</translation>
    </message>
    <message numerus="yes">
        <source>… and %Ln more character(s)</source>
        <translation>
            <numerusform>… и ещё %Ln&#xa0;символ</numerusform>
            <numerusform>… и ещё %Ln&#xa0;символа</numerusform>
            <numerusform>… и ещё %Ln&#xa0;символов</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DetailsPanel</name>
    <message>
        <source>Citations</source>
        <translation>Цитаты</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>Контекст</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Сведения</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>Запуски</translation>
    </message>
</context>
<context>
    <name>DetailsTab</name>
    <message>
        <source>Nothing was answered yet.</source>
        <translation>Ответов пока нет.</translation>
    </message>
</context>
<context>
    <name>DeviceForm</name>
    <message>
        <source>All files (*)</source>
        <translation>Все файлы (*)</translation>
    </message>
    <message>
        <source>Choose a model file</source>
        <translation>Выбор файла модели</translation>
    </message>
    <message>
        <source>GGUF models (*.gguf)</source>
        <translation>Модели GGUF (*.gguf)</translation>
    </message>
    <message>
        <source>Good for a first try without an account. For real work, add a connection or another file.</source>
        <translation>Подходит для первой пробы без учётной записи. Для настоящей работы добавьте подключение или другой файл.</translation>
    </message>
    <message>
        <source>How well it answers and how much memory it takes depends on the file.</source>
        <translation>Качество ответов и расход памяти зависят от файла.</translation>
    </message>
    <message>
        <source>Model file</source>
        <translation>Файл модели</translation>
    </message>
    <message>
        <source>No file yet</source>
        <translation>Файл не выбран</translation>
    </message>
    <message>
        <source>Runs on this computer: private and offline.</source>
        <translation>Работает на этом компьютере: приватно и офлайн.</translation>
    </message>
    <message>
        <source>Small on-device model: private and offline, English only, often wrong.</source>
        <translation>Маленькая модель на устройстве: приватно, офлайн, только английский, часто ошибается.</translation>
    </message>
    <message>
        <source>The model that comes with Nitka: SmolLM2 135M</source>
        <translation>Модель из комплекта Nitka: SmolLM2 135M</translation>
    </message>
    <message>
        <source>Use another &amp;GGUF file…</source>
        <translation>Вы&amp;брать файл GGUF…</translation>
    </message>
    <message>
        <source>Use the &amp;built-in model</source>
        <translation>Вернуть вс&amp;троенную</translation>
    </message>
</context>
<context>
    <name>DifferenceView</name>
    <message>
        <source>Differences</source>
        <translation>Различия</translation>
    </message>
    <message>
        <source>added “{text}”</source>
        <translation>добавлено «{text}»</translation>
    </message>
    <message>
        <source>removed “{text}”</source>
        <translation>убрано «{text}»</translation>
    </message>
</context>
<context>
    <name>EarlierRules</name>
    <message>
        <source>Always allowed</source>
        <translation>Всегда разрешена</translation>
    </message>
    <message>
        <source>Always denied</source>
        <translation>Всегда запрещена</translation>
    </message>
    <message>
        <source>Before it was changed</source>
        <translation>До изменения функции</translation>
    </message>
    <message>
        <source>Earlier decisions</source>
        <translation>Прежние решения</translation>
    </message>
    <message>
        <source>It is not among the functions</source>
        <translation>Этой функции в списке нет</translation>
    </message>
    <message>
        <source>Revoke</source>
        <translation>Отозвать</translation>
    </message>
    <message>
        <source>They are about functions that have been changed or deleted since. A decision counts again when its function is put back as it was, unless it was revoked.</source>
        <translation>О функциях, которые с тех пор изменены или удалены. Пока решение не отозвано, оно снова вступит в силу, если вернуть функцию в прежнем виде.</translation>
    </message>
    <message>
        <source>Without a name</source>
        <translation>Без названия</translation>
    </message>
</context>
<context>
    <name>EmptyThread</name>
    <message>
        <source>Explain how a heat pump works, in plain words</source>
        <translation>Объясни простыми словами, как работает тепловой насос</translation>
    </message>
    <message>
        <source>New thread</source>
        <translation>Новый диалог</translation>
    </message>
    <message>
        <source>Rewrite this so that it is shorter and kinder:</source>
        <translation>Перепиши короче и доброжелательнее:</translation>
    </message>
    <message>
        <source>Small on-device model: private and offline, English only, often wrong.</source>
        <translation>Маленькая модель на устройстве: приватно, офлайн, только английский, часто ошибается.</translation>
    </message>
    <message>
        <source>What should I check before signing a lease?</source>
        <translation>Что проверить перед подписанием договора аренды?</translation>
    </message>
</context>
<context>
    <name>EndingTexts</name>
    <message numerus="yes">
        <source>%Ln word(s) are kept.</source>
        <translation>
            <numerusform>Сохранено %Ln&#xa0;слово.</numerusform>
            <numerusform>Сохранено %Ln&#xa0;слова.</numerusform>
            <numerusform>Сохранено %Ln&#xa0;слов.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n day(s)</source>
        <translation>
            <numerusform>%n&#xa0;день</numerusform>
            <numerusform>%n&#xa0;дня</numerusform>
            <numerusform>%n&#xa0;дней</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n h</source>
        <translation>
            <numerusform>%n&#xa0;ч</numerusform>
            <numerusform>%n&#xa0;ч</numerusform>
            <numerusform>%n&#xa0;ч</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n min</source>
        <translation>
            <numerusform>%n&#xa0;мин</numerusform>
            <numerusform>%n&#xa0;мин</numerusform>
            <numerusform>%n&#xa0;мин</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n s</source>
        <translation>
            <numerusform>%n&#xa0;с</numerusform>
            <numerusform>%n&#xa0;с</numerusform>
            <numerusform>%n&#xa0;с</numerusform>
        </translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Отменить</translation>
    </message>
    <message>
        <source>Check now</source>
        <translation>Проверить</translation>
    </message>
    <message>
        <source>Checking now.</source>
        <translation>Идёт проверка.</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>Продолжить</translation>
    </message>
    <message>
        <source>Cut at %1 tokens</source>
        <translation>Ответ обрезан: лимит токенов — %1</translation>
    </message>
    <message>
        <source>Cut at the token limit</source>
        <translation>Ответ обрезан по лимиту токенов</translation>
    </message>
    <message>
        <source>Deferred: the reply comes later</source>
        <translation>Отложено: ответ придёт позже</translation>
    </message>
    <message>
        <source>Edit message</source>
        <translation>Изменить сообщение</translation>
    </message>
    <message>
        <source>Interrupted</source>
        <translation>Ответ прерван</translation>
    </message>
    <message>
        <source>Interrupted: the connection was lost</source>
        <translation>Ответ прерван: связь потеряна</translation>
    </message>
    <message>
        <source>Next check in %1.</source>
        <translation>Следующая проверка через %1.</translation>
    </message>
    <message>
        <source>Next try in %1.</source>
        <translation>Следующая попытка через %1.</translation>
    </message>
    <message>
        <source>Raise the limit…</source>
        <translation>Увеличить лимит…</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>Повторить</translation>
    </message>
    <message>
        <source>Sending the deferred request</source>
        <translation>Отложенный запрос отправляется</translation>
    </message>
    <message>
        <source>Sent %1 ago</source>
        <translation>Отправлено %1 назад</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>Ответ остановлен</translation>
    </message>
    <message>
        <source>Stopped before the first word</source>
        <translation>Ответ остановлен до первого слова</translation>
    </message>
    <message>
        <source>The last check failed.</source>
        <translation>Последняя проверка не удалась.</translation>
    </message>
    <message>
        <source>The reply failed</source>
        <translation>Не удалось получить ответ</translation>
    </message>
    <message>
        <source>The service withheld the reply</source>
        <translation>Сервис скрыл ответ</translation>
    </message>
    <message>
        <source>Too many requests: try again in %1</source>
        <translation>Слишком много запросов: повтор возможен через %1</translation>
    </message>
    <message>
        <source>Your message is saved.</source>
        <translation>Ваше сообщение сохранено.</translation>
    </message>
</context>
<context>
    <name>EndingView</name>
    <message>
        <source>Details</source>
        <translation>Подробности</translation>
    </message>
</context>
<context>
    <name>ErrorTexts</name>
    <message>
        <source>A reply is being written</source>
        <translation>Ответ ещё пишется</translation>
    </message>
    <message>
        <source>A reply may do so only so often. Ask in other words, or change the instruction.</source>
        <translation>Число вызовов в одном ответе ограничено. Спросите иначе или измените инструкцию.</translation>
    </message>
    <message>
        <source>A setting of the assistant may not fit this model.</source>
        <translation>Возможно, настройки ассистента не подходят этой модели.</translation>
    </message>
    <message>
        <source>Another kind of connection may.</source>
        <translation>Возможно, это умеет подключение другого вида.</translation>
    </message>
    <message>
        <source>Assistant settings…</source>
        <translation>Настройки ассистента…</translation>
    </message>
    <message>
        <source>Check the model&apos;s name and the connection&apos;s address.</source>
        <translation>Проверьте имя модели и адрес подключения.</translation>
    </message>
    <message>
        <source>Check the network, and that the service is running.</source>
        <translation>Проверьте сеть и запущен ли сервис.</translation>
    </message>
    <message>
        <source>Choose a GGUF file in the connection&apos;s settings.</source>
        <translation>Выберите файл GGUF в настройках подключения.</translation>
    </message>
    <message>
        <source>Choose a model…</source>
        <translation>Выбрать модель…</translation>
    </message>
    <message>
        <source>Choose another model…</source>
        <translation>Выбрать другую модель…</translation>
    </message>
    <message>
        <source>Choose who answers in its settings.</source>
        <translation>Выберите в его настройках, кто отвечает.</translation>
    </message>
    <message>
        <source>Connect a service to get answers.</source>
        <translation>Чтобы получать ответы, подключите сервис.</translation>
    </message>
    <message>
        <source>Connections…</source>
        <translation>Подключения…</translation>
    </message>
    <message>
        <source>Copy role name</source>
        <translation>Копировать роль</translation>
    </message>
    <message>
        <source>Error: %1</source>
        <translation>Ошибка: %1</translation>
    </message>
    <message>
        <source>It is gone, empty, or may not be read.</source>
        <translation>Он удалён, пуст или недоступен для чтения.</translation>
    </message>
    <message>
        <source>It takes files of up to 128 MB.</source>
        <translation>Он принимает файлы до 128&#xa0;МБ.</translation>
    </message>
    <message>
        <source>Its name was not found. Check the network and the address.</source>
        <translation>Имя сервера не найдено. Проверьте сеть и адрес.</translation>
    </message>
    <message>
        <source>Lower the prompt limit, or send fewer messages.</source>
        <translation>Уменьшите лимит запроса или число сообщений.</translation>
    </message>
    <message>
        <source>Make room, then try again.</source>
        <translation>Освободите место и повторите.</translation>
    </message>
    <message>
        <source>Missing: %1</source>
        <translation>Не хватает: %1</translation>
    </message>
    <message>
        <source>Nitka&apos;s data cannot be read or written</source>
        <translation>Данные Nitka не удаётся прочитать или записать</translation>
    </message>
    <message>
        <source>None was added. Add a smaller folder, or its parts one after another.</source>
        <translation>Ничего не добавлено. Выберите папку поменьше или добавляйте её по частям.</translation>
    </message>
    <message>
        <source>Nothing here answers it; ask for an answer in words.</source>
        <translation>Ответить на вызов здесь нечем; попросите ответить словами.</translation>
    </message>
    <message>
        <source>Nothing is saved in it any more; copies are in the data folder.</source>
        <translation>В неё больше ничего не сохраняется; копии лежат в папке данных.</translation>
    </message>
    <message>
        <source>Nothing was sent. Use https, or allow this address in the connection.</source>
        <translation>Ничего не отправлено. Укажите https или разрешите этот адрес в подключении.</translation>
    </message>
    <message>
        <source>Other connections are not affected.</source>
        <translation>На другие подключения это не влияет.</translation>
    </message>
    <message>
        <source>Replace key…</source>
        <translation>Заменить ключ…</translation>
    </message>
    <message>
        <source>Request: %1</source>
        <translation>Запрос: %1</translation>
    </message>
    <message>
        <source>Something went wrong</source>
        <translation>Что-то пошло не так</translation>
    </message>
    <message>
        <source>Status: %1</source>
        <translation>Код ответа: %1</translation>
    </message>
    <message>
        <source>The address is not encrypted</source>
        <translation>Адрес без шифрования</translation>
    </message>
    <message>
        <source>The address may not belong to a compatible service.</source>
        <translation>Возможно, по этому адресу нет совместимого сервиса.</translation>
    </message>
    <message>
        <source>The answer could not be understood</source>
        <translation>Не удалось разобрать ответ сервиса</translation>
    </message>
    <message>
        <source>The assistant has no connection</source>
        <translation>У ассистента нет подключения</translation>
    </message>
    <message>
        <source>The database is damaged</source>
        <translation>База данных повреждена</translation>
    </message>
    <message>
        <source>The database is from a newer Nitka</source>
        <translation>База данных создана более новой версией Nitka</translation>
    </message>
    <message>
        <source>The database of the files is damaged</source>
        <translation>База данных файлов повреждена</translation>
    </message>
    <message>
        <source>The deferred reply cannot be had any more</source>
        <translation>Отложенный ответ больше нельзя получить</translation>
    </message>
    <message>
        <source>The details say more.</source>
        <translation>Причина — в подробностях.</translation>
    </message>
    <message>
        <source>The disk is full</source>
        <translation>На диске нет места</translation>
    </message>
    <message>
        <source>The disk or the rights may be at fault.</source>
        <translation>Возможно, дело в диске или в правах доступа.</translation>
    </message>
    <message>
        <source>The file cannot be sent</source>
        <translation>Файл не удаётся отправить</translation>
    </message>
    <message>
        <source>The file is too large for the service</source>
        <translation>Файл слишком велик для сервиса</translation>
    </message>
    <message>
        <source>The key could not be read</source>
        <translation>Не удалось прочитать ключ</translation>
    </message>
    <message>
        <source>The key has no access</source>
        <translation>У ключа нет доступа</translation>
    </message>
    <message>
        <source>The key is valid; a role, a scope or the folder is missing.</source>
        <translation>Ключ верный; не хватает роли, области действия или каталога.</translation>
    </message>
    <message>
        <source>The key is valid; this is missing: %1.</source>
        <translation>Ключ верный; не хватает: %1.</translation>
    </message>
    <message>
        <source>The model called a function</source>
        <translation>Модель вызвала функцию</translation>
    </message>
    <message>
        <source>The model called functions again and again</source>
        <translation>Модель снова и снова вызывала функции</translation>
    </message>
    <message>
        <source>The model or the address does not exist</source>
        <translation>Такой модели или адреса нет</translation>
    </message>
    <message>
        <source>The model&apos;s file is missing</source>
        <translation>Файл модели не найден</translation>
    </message>
    <message>
        <source>The on-device model did not start</source>
        <translation>Модель на устройстве не запустилась</translation>
    </message>
    <message>
        <source>The on-device model does not run on this system</source>
        <translation>Модель на устройстве не работает в этой системе</translation>
    </message>
    <message>
        <source>The on-device model failed</source>
        <translation>Сбой модели на устройстве</translation>
    </message>
    <message>
        <source>The proxy does not answer, or lets nothing through.</source>
        <translation>Прокси не отвечает или не пропускает запросы.</translation>
    </message>
    <message>
        <source>The secure connection failed. Check the certificate and the clock.</source>
        <translation>Защищённое соединение не установлено. Проверьте сертификат и часы.</translation>
    </message>
    <message>
        <source>The service asks to wait.</source>
        <translation>Сервис просит подождать.</translation>
    </message>
    <message>
        <source>The service cannot be reached</source>
        <translation>Сервис недоступен</translation>
    </message>
    <message>
        <source>The service did not answer the request</source>
        <translation>Сервис не ответил на запрос</translation>
    </message>
    <message>
        <source>The service does not know the request; it keeps results for some days only.</source>
        <translation>Сервис не знает этот запрос: результаты хранятся только несколько дней.</translation>
    </message>
    <message>
        <source>The service failed</source>
        <translation>Сбой сервиса</translation>
    </message>
    <message>
        <source>The service refused the request</source>
        <translation>Сервис отклонил запрос</translation>
    </message>
    <message>
        <source>The service rejected the key</source>
        <translation>Сервис не принял ключ</translation>
    </message>
    <message>
        <source>The service stopped answering</source>
        <translation>Сервис перестал отвечать</translation>
    </message>
    <message>
        <source>The service was closed</source>
        <translation>Сервис закрыт</translation>
    </message>
    <message>
        <source>The service was closed on %1</source>
        <translation>Сервис закрыт %1</translation>
    </message>
    <message>
        <source>The spending limit is reached</source>
        <translation>Исчерпан лимит расходов</translation>
    </message>
    <message>
        <source>The system keyring is locked or did not answer.</source>
        <translation>Связка ключей заблокирована или не ответила.</translation>
    </message>
    <message>
        <source>The thread is too long for this model</source>
        <translation>Диалог не помещается в модель</translation>
    </message>
    <message>
        <source>There may be too little free memory.</source>
        <translation>Возможно, не хватает свободной памяти.</translation>
    </message>
    <message>
        <source>This connection cannot do that</source>
        <translation>Это подключение такого не умеет</translation>
    </message>
    <message>
        <source>This is a fault of the service; trying again often helps.</source>
        <translation>Ошибка на стороне сервиса; часто помогает повтор.</translation>
    </message>
    <message>
        <source>Threads are unaffected. Close Nitka, delete “library” in the data folder, then add files again.</source>
        <translation>Переписка не пострадала. Закройте Nitka, удалите папку «library» в папке данных и добавьте файлы снова.</translation>
    </message>
    <message>
        <source>Too many files at once</source>
        <translation>Слишком много файлов сразу</translation>
    </message>
    <message>
        <source>Too many requests</source>
        <translation>Слишком много запросов</translation>
    </message>
    <message>
        <source>Top up at the service, or choose another connection.</source>
        <translation>Пополните счёт в сервисе или выберите другое подключение.</translation>
    </message>
    <message>
        <source>Update Nitka to open it.</source>
        <translation>Обновите Nitka, чтобы открыть её.</translation>
    </message>
    <message>
        <source>Wait for its end, or stop it.</source>
        <translation>Дождитесь его конца или остановите.</translation>
    </message>
    <message>
        <source>Your threads stay; choose another service.</source>
        <translation>Ваши диалоги остаются; выберите другой сервис.</translation>
    </message>
</context>
<context>
    <name>ExpiryWords</name>
    <message numerus="yes">
        <source>Expires in %n day(s)</source>
        <translation>
            <numerusform>Истекает через %n&#xa0;день</numerusform>
            <numerusform>Истекает через %n&#xa0;дня</numerusform>
            <numerusform>Истекает через %n&#xa0;дней</numerusform>
        </translation>
    </message>
    <message>
        <source>Expires today</source>
        <translation>Истекает сегодня</translation>
    </message>
    <message>
        <source>Expires tomorrow</source>
        <translation>Истекает завтра</translation>
    </message>
</context>
<context>
    <name>Export</name>
    <message>
        <source>Assistant</source>
        <translation>Ассистент</translation>
    </message>
    <message>
        <source>Cut off at the length limit</source>
        <translation>Обрезано по лимиту длины</translation>
    </message>
    <message>
        <source>Exported from Nitka</source>
        <translation>Экспортировано из Nitka</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Ошибка</translation>
    </message>
    <message>
        <source>Interrupted</source>
        <translation>Прервано</translation>
    </message>
    <message>
        <source>No text</source>
        <translation>Нет текста</translation>
    </message>
    <message>
        <source>Sources</source>
        <translation>Источники</translation>
    </message>
    <message>
        <source>Still being written</source>
        <translation>Ещё пишется</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>Остановлено</translation>
    </message>
    <message>
        <source>Tool</source>
        <translation>Инструмент</translation>
    </message>
    <message>
        <source>Untitled thread</source>
        <translation>Диалог без названия</translation>
    </message>
    <message>
        <source>Waiting at the service</source>
        <translation>Ожидается ответ сервиса</translation>
    </message>
    <message>
        <source>Withheld by the service</source>
        <translation>Скрыто сервисом</translation>
    </message>
    <message>
        <source>You</source>
        <translation>Вы</translation>
    </message>
    <message>
        <source>a deleted file</source>
        <translation>удалённый файл</translation>
    </message>
</context>
<context>
    <name>Exports</name>
    <message>
        <source>Export</source>
        <translation>Экспорт</translation>
    </message>
    <message>
        <source>Exported to %1</source>
        <translation>Экспортировано: %1</translation>
    </message>
    <message>
        <source>Nitka threads</source>
        <translation>Диалоги Nitka</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>Показать в папке</translation>
    </message>
    <message>
        <source>Thread</source>
        <translation>Диалог</translation>
    </message>
</context>
<context>
    <name>FileRows</name>
    <message numerus="yes">
        <source>%Ln fragment(s)</source>
        <translation>
            <numerusform>%Ln&#xa0;фрагмент</numerusform>
            <numerusform>%Ln&#xa0;фрагмента</numerusform>
            <numerusform>%Ln&#xa0;фрагментов</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln page(s)</source>
        <translation>
            <numerusform>%Ln&#xa0;страница</numerusform>
            <numerusform>%Ln&#xa0;страницы</numerusform>
            <numerusform>%Ln&#xa0;страниц</numerusform>
        </translation>
    </message>
    <message>
        <source>Damaged. Open it in its own program and save it again.</source>
        <translation>Повреждён. Откройте его в родной программе и сохраните ещё раз.</translation>
    </message>
    <message>
        <source>Its name is damaged, or its path too long. Rename or move it, then add it again.</source>
        <translation>Имя файла повреждено, или путь к нему слишком длинный. Переименуйте или переместите файл и добавьте его снова.</translation>
    </message>
    <message>
        <source>Nitka may not read it. Change its permissions, then try again.</source>
        <translation>Nitka не может его прочесть. Измените права доступа и повторите.</translation>
    </message>
    <message>
        <source>No text in it, perhaps scanned pages. Recognise the text first.</source>
        <translation>В нём нет текста: возможно, это сканы. Сначала распознайте текст.</translation>
    </message>
    <message>
        <source>Protected by a password. Add a copy without one.</source>
        <translation>Защищён паролем. Добавьте копию без пароля.</translation>
    </message>
    <message>
        <source>Reading took too long. Try again, or split the file.</source>
        <translation>Чтение заняло слишком много времени. Повторите или разделите файл.</translation>
    </message>
    <message>
        <source>Reading: {percent} %</source>
        <translation>Читается: {percent}&#xa0;%</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>Читается…</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Готов</translation>
    </message>
    <message>
        <source>Ready as it was read before. {fault}</source>
        <translation>Готов в прежнем виде. {fault}</translation>
    </message>
    <message>
        <source>Stopped before it was read</source>
        <translation>Остановлен, не прочитан</translation>
    </message>
    <message>
        <source>The file is gone. Add it again from where it is now.</source>
        <translation>Файла больше нет на месте. Добавьте его оттуда, где он теперь.</translation>
    </message>
    <message>
        <source>This is a device or a pipe, not a file.</source>
        <translation>Это не файл, а устройство или канал.</translation>
    </message>
    <message>
        <source>Too large. Split it into smaller files.</source>
        <translation>Слишком большой. Разделите его на части.</translation>
    </message>
    <message>
        <source>Unknown format. Save it as PDF, DOCX, HTML or text.</source>
        <translation>Неизвестный формат. Сохраните его как PDF, DOCX, HTML или текст.</translation>
    </message>
    <message>
        <source>Unpacks to far more than a document holds; it was not read.</source>
        <translation>После распаковки он несоразмерно велик, поэтому не прочитан.</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>В очереди</translation>
    </message>
</context>
<context>
    <name>FilesPanel</name>
    <message numerus="yes">
        <source>%Ln file(s)</source>
        <translation>
            <numerusform>%Ln&#xa0;файл</numerusform>
            <numerusform>%Ln&#xa0;файла</numerusform>
            <numerusform>%Ln&#xa0;файлов</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s) were removed.</source>
        <translation>
            <numerusform>Убран %Ln&#xa0;файл.</numerusform>
            <numerusform>Убрано %Ln&#xa0;файла.</numerusform>
            <numerusform>Убрано %Ln&#xa0;файлов.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln not read</source>
        <translation>
            <numerusform>%Ln не прочитан</numerusform>
            <numerusform>%Ln не прочитано</numerusform>
            <numerusform>%Ln не прочитано</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln to read</source>
        <translation>
            <numerusform>осталось прочесть %Ln</numerusform>
            <numerusform>осталось прочесть %Ln</numerusform>
            <numerusform>осталось прочесть %Ln</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Remove</source>
        <translation>&amp;Убрать</translation>
    </message>
    <message>
        <source>A&amp;dd files…</source>
        <translation>&amp;Добавить файлы…</translation>
    </message>
    <message>
        <source>Add a folder</source>
        <translation>Добавление папки</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>Добавить папку…</translation>
    </message>
    <message>
        <source>Add files</source>
        <translation>Добавление файлов</translation>
    </message>
    <message>
        <source>Create the assistant and add files…</source>
        <translation>Создать ассистента и добавить файлы…</translation>
    </message>
    <message>
        <source>Drop files or folders here, or press to choose</source>
        <translation>Перетащите сюда файлы или папки либо нажмите, чтобы выбрать</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>Файлы</translation>
    </message>
    <message>
        <source>Files are kept with the assistant, so it has to be created first</source>
        <translation>Файлы хранятся с ассистентом, поэтому сначала его нужно создать</translation>
    </message>
    <message>
        <source>Files that are read</source>
        <translation>Чтение файлов</translation>
    </message>
    <message>
        <source>Read &amp;again</source>
        <translation>&amp;Прочесть снова</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Убрать</translation>
    </message>
    <message>
        <source>Stop reading</source>
        <translation>Остановить чтение</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Повторить</translation>
    </message>
    <message>
        <source>“{name}” was removed.</source>
        <translation>Файл «{name}» убран.</translation>
    </message>
</context>
<context>
    <name>FindBar</name>
    <message>
        <source>%1 of %2</source>
        <translation>%1 из %2</translation>
    </message>
    <message>
        <source>Close the find bar</source>
        <translation>Закрыть строку поиска</translation>
    </message>
    <message>
        <source>Find in this thread</source>
        <translation>Найти в этом диалоге</translation>
    </message>
    <message>
        <source>Hits: %2</source>
        <translation>Совпадений: %2</translation>
    </message>
    <message>
        <source>Next hit</source>
        <translation>Следующее совпадение</translation>
    </message>
    <message>
        <source>No hits</source>
        <translation>Нет совпадений</translation>
    </message>
    <message>
        <source>Previous hit</source>
        <translation>Предыдущее совпадение</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>Идёт поиск…</translation>
    </message>
</context>
<context>
    <name>FoldedText</name>
    <message>
        <source>Show all</source>
        <translation>Показать всё</translation>
    </message>
    <message>
        <source>Show less</source>
        <translation>Свернуть</translation>
    </message>
</context>
<context>
    <name>FormPage</name>
    <message>
        <source>A key or a value is too long: at most {limit} characters.</source>
        <translation>Слишком длинный ключ или значение: не больше {limit}&#xa0;символов.</translation>
    </message>
    <message>
        <source>A label needs a key before the equals sign.</source>
        <translation>Перед знаком равенства нужен ключ.</translation>
    </message>
    <message>
        <source>This cannot be empty.</source>
        <translation>Заполните это поле.</translation>
    </message>
    <message>
        <source>This is not a JSON list of objects.</source>
        <translation>Это не список объектов в JSON.</translation>
    </message>
    <message>
        <source>This is not a JSON object.</source>
        <translation>Это не объект JSON.</translation>
    </message>
    <message>
        <source>Too large: at most {limit}.</source>
        <translation>Слишком много: не больше&#xa0;{limit}.</translation>
    </message>
    <message>
        <source>Too long: at most {limit} characters.</source>
        <translation>Слишком длинно: не больше {limit}&#xa0;символов.</translation>
    </message>
    <message>
        <source>Too many: at most {limit} labels.</source>
        <translation>Слишком много: не больше {limit}&#xa0;меток.</translation>
    </message>
    <message>
        <source>Too small: at least {limit}.</source>
        <translation>Слишком мало: не меньше&#xa0;{limit}.</translation>
    </message>
    <message>
        <source>Two labels have the same key.</source>
        <translation>У двух меток один ключ.</translation>
    </message>
</context>
<context>
    <name>FunctionEditor</name>
    <message>
        <source>&amp;Description</source>
        <translation>Описани&amp;е</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>Н&amp;азвание</translation>
    </message>
    <message>
        <source>&amp;When the model calls it</source>
        <translation>Когда модель вы&amp;зывает её</translation>
    </message>
    <message>
        <source>A card in the thread shows the arguments and takes the result.</source>
        <translation>Карточка в диалоге покажет аргументы и примет результат.</translation>
    </message>
    <message>
        <source>A program on this computer</source>
        <translation>Программа на этом компьютере</translation>
    </message>
    <message>
        <source>All functions</source>
        <translation>Все функции</translation>
    </message>
    <message>
        <source>Always allow</source>
        <translation>Всегда разрешать</translation>
    </message>
    <message>
        <source>Always deny</source>
        <translation>Всегда запрещать</translation>
    </message>
    <message>
        <source>Any change of the function or its program asks again.</source>
        <translation>После любого изменения функции или программы Nitka спросит снова.</translation>
    </message>
    <message>
        <source>Arguments have to keep to the sc&amp;hema</source>
        <translation>Аргументы дол&amp;жны соответствовать схеме</translation>
    </message>
    <message>
        <source>Arguments, as a &amp;JSON Schema</source>
        <translation>Аргументы в виде с&amp;хемы JSON</translation>
    </message>
    <message>
        <source>Ask each time</source>
        <translation>Спрашивать каждый раз</translation>
    </message>
    <message>
        <source>Ask me for the result</source>
        <translation>Спрашивать результат у меня</translation>
    </message>
    <message>
        <source>Asked of services that can see to it; others ignore it.</source>
        <translation>Требуется от сервисов, которые это умеют; остальные не обращают внимания.</translation>
    </message>
    <message>
        <source>It has changed since you decided, so it asks again.</source>
        <translation>Функция изменилась после вашего решения, поэтому Nitka спросит снова.</translation>
    </message>
    <message>
        <source>It is started anew for each call.</source>
        <translation>Запускается заново для каждого вызова.</translation>
    </message>
    <message>
        <source>Latin letters, digits, _ and -; at most {limit}.</source>
        <translation>Латинские буквы, цифры, _ и -; не больше {limit}.</translation>
    </message>
    <message>
        <source>Me: I fill it in</source>
        <translation>Я: заполню сам</translation>
    </message>
    <message>
        <source>The arguments as a form</source>
        <translation>Аргументы в виде формы</translation>
    </message>
    <message>
        <source>What it does, and when the model should call it</source>
        <translation>Что она делает и когда модели её вызывать</translation>
    </message>
    <message>
        <source>Who gives the &amp;result</source>
        <translation>Кто даёт резу&amp;льтат</translation>
    </message>
</context>
<context>
    <name>FunctionForm</name>
    <message numerus="yes">
        <source>%n more argument(s)</source>
        <translation>
            <numerusform>ещё %n&#xa0;аргумент</numerusform>
            <numerusform>ещё %n&#xa0;аргумента</numerusform>
            <numerusform>ещё %n&#xa0;аргументов</numerusform>
        </translation>
    </message>
    <message>
        <source>A number is needed, with a point and not a comma.</source>
        <translation>Нужно число, с точкой, а не с запятой.</translation>
    </message>
    <message>
        <source>A whole number is needed.</source>
        <translation>Нужно целое число.</translation>
    </message>
    <message>
        <source>It takes no arguments.</source>
        <translation>Аргументов нет.</translation>
    </message>
    <message>
        <source>JSON</source>
        <translation>JSON</translation>
    </message>
    <message>
        <source>JSON is needed.</source>
        <translation>Нужен JSON.</translation>
    </message>
    <message>
        <source>This is required.</source>
        <translation>Это обязательно.</translation>
    </message>
    <message>
        <source>number</source>
        <translation>число</translation>
    </message>
    <message numerus="yes">
        <source>one of %n value(s)</source>
        <translation>
            <numerusform>одно из %n&#xa0;значения</numerusform>
            <numerusform>одно из %n&#xa0;значений</numerusform>
            <numerusform>одно из %n&#xa0;значений</numerusform>
        </translation>
    </message>
    <message>
        <source>optional</source>
        <translation>необязательно</translation>
    </message>
    <message>
        <source>required</source>
        <translation>обязательно</translation>
    </message>
    <message>
        <source>text</source>
        <translation>текст</translation>
    </message>
    <message>
        <source>whole number</source>
        <translation>целое число</translation>
    </message>
    <message>
        <source>yes or no</source>
        <translation>да или нет</translation>
    </message>
</context>
<context>
    <name>FunctionList</name>
    <message>
        <source>&amp;Delete</source>
        <translation>&amp;Удалить</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Изменить</translation>
    </message>
    <message>
        <source>Add a f&amp;unction</source>
        <translation>Добавить &amp;функцию</translation>
    </message>
    <message>
        <source>D&amp;uplicate</source>
        <translation>&amp;Дублировать</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Удалить</translation>
    </message>
    <message>
        <source>Duplicate</source>
        <translation>Дублировать</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>Изменить</translation>
    </message>
    <message>
        <source>Functions</source>
        <translation>Функции</translation>
    </message>
    <message>
        <source>No more can be added: at most {limit}.</source>
        <translation>Больше добавить нельзя: не более {limit}.</translation>
    </message>
    <message>
        <source>What the model may call while it answers; you or a program give the result.</source>
        <translation>То, что модель может вызвать, пока отвечает; результат даёте вы или программа.</translation>
    </message>
    <message>
        <source>“{name}” was deleted.</source>
        <translation>Функция «{name}» удалена.</translation>
    </message>
</context>
<context>
    <name>FunctionRows</name>
    <message>
        <source>Always allowed</source>
        <translation>Всегда разрешена</translation>
    </message>
    <message>
        <source>Always denied</source>
        <translation>Всегда запрещена</translation>
    </message>
    <message>
        <source>Asks each time</source>
        <translation>Спрашивает каждый раз</translation>
    </message>
    <message>
        <source>No description: the model has only the name to go by</source>
        <translation>Нет описания: модель судит только по названию</translation>
    </message>
    <message>
        <source>Something here needs a change</source>
        <translation>Здесь нужно что-то изменить</translation>
    </message>
    <message>
        <source>Without a name</source>
        <translation>Без названия</translation>
    </message>
    <message>
        <source>You give the result</source>
        <translation>Результат даёте вы</translation>
    </message>
    <message>
        <source>runs {program}</source>
        <translation>запускает {program}</translation>
    </message>
</context>
<context>
    <name>GeneralFields</name>
    <message>
        <source>&amp;Description</source>
        <translation>О&amp;писание</translation>
    </message>
    <message>
        <source>&amp;Labels</source>
        <translation>Ме&amp;тки</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>&amp;Название</translation>
    </message>
    <message>
        <source>One a line, as key = value · {count}</source>
        <translation>По одной в строке: ключ = значение · {count}</translation>
    </message>
    <message>
        <source>team = support</source>
        <translation>команда = поддержка</translation>
    </message>
</context>
<context>
    <name>GivenList</name>
    <message numerus="yes">
        <source>%Ln fragment(s)</source>
        <translation>
            <numerusform>%Ln&#xa0;фрагмент</numerusform>
            <numerusform>%Ln&#xa0;фрагмента</numerusform>
            <numerusform>%Ln&#xa0;фрагментов</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln function(s)</source>
        <translation>
            <numerusform>%Ln&#xa0;функция</numerusform>
            <numerusform>%Ln&#xa0;функции</numerusform>
            <numerusform>%Ln&#xa0;функций</numerusform>
        </translation>
    </message>
    <message>
        <source>From files</source>
        <translation>Из файлов</translation>
    </message>
    <message>
        <source>Functions on offer</source>
        <translation>Доступные функции</translation>
    </message>
    <message>
        <source>Instruction</source>
        <translation>Инструкция</translation>
    </message>
    <message>
        <source>What the model was given</source>
        <translation>Что получила модель</translation>
    </message>
    <message>
        <source>variables filled in</source>
        <translation>переменные подставлены</translation>
    </message>
</context>
<context>
    <name>ImageBlock</name>
    <message>
        <source>Image from %1</source>
        <translation>Изображение с %1</translation>
    </message>
    <message>
        <source>Loading the image</source>
        <translation>Загрузка изображения</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>Повторить</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Показать</translation>
    </message>
    <message>
        <source>The address of the image cannot be opened</source>
        <translation>Адрес изображения нельзя открыть</translation>
    </message>
    <message>
        <source>The image could not be fetched</source>
        <translation>Не удалось загрузить изображение</translation>
    </message>
    <message>
        <source>The image is not there</source>
        <translation>Изображение не найдено</translation>
    </message>
    <message>
        <source>The image is too large</source>
        <translation>Изображение слишком большое</translation>
    </message>
    <message>
        <source>This is no image that can be shown</source>
        <translation>Это не изображение, или его нельзя показать</translation>
    </message>
</context>
<context>
    <name>InstructionPage</name>
    <message>
        <source>As the model s&amp;ees it</source>
        <translation>Глазами мо&amp;дели</translation>
    </message>
    <message>
        <source>Back to &amp;editing</source>
        <translation>Назад к пр&amp;авке</translation>
    </message>
    <message>
        <source>Insert a varia&amp;ble</source>
        <translation>Вставить п&amp;еременную</translation>
    </message>
    <message>
        <source>Instr&amp;uction</source>
        <translation>&amp;Текст инструкции</translation>
    </message>
    <message>
        <source>Stands for nothing and is sent as written: {names}</source>
        <translation>Ничего не обозначает и уйдёт как написано: {names}</translation>
    </message>
    <message>
        <source>The assistant’s name</source>
        <translation>Имя ассистента</translation>
    </message>
    <message>
        <source>The day of the week</source>
        <translation>День недели</translation>
    </message>
    <message>
        <source>The instruction as the model sees it</source>
        <translation>Инструкция глазами модели</translation>
    </message>
    <message>
        <source>The language of the window</source>
        <translation>Язык окна</translation>
    </message>
    <message>
        <source>The model’s name</source>
        <translation>Имя модели</translation>
    </message>
    <message>
        <source>The thread’s title</source>
        <translation>Название диалога</translation>
    </message>
    <message>
        <source>The time now</source>
        <translation>Время сейчас</translation>
    </message>
    <message>
        <source>Today’s date</source>
        <translation>Сегодняшняя дата</translation>
    </message>
    <message>
        <source>Who the assistant is, what it does, how it answers</source>
        <translation>Кто этот ассистент, что делает и как отвечает</translation>
    </message>
    <message>
        <source>Your name on this computer</source>
        <translation>Ваше имя на этом компьютере</translation>
    </message>
    <message>
        <source>{characters} · about {tokens} tokens, sent with every message</source>
        <translation>{characters} · токенов с каждым сообщением: около {tokens}</translation>
    </message>
</context>
<context>
    <name>JumpPill</name>
    <message numerus="yes">
        <source>%n new</source>
        <translation>
            <numerusform>%n&#xa0;новый</numerusform>
            <numerusform>%n&#xa0;новых</numerusform>
            <numerusform>%n&#xa0;новых</numerusform>
        </translation>
    </message>
    <message>
        <source>Jump to the end</source>
        <translation>В конец</translation>
    </message>
    <message>
        <source>Jump to the end (End)</source>
        <translation>В конец (End)</translation>
    </message>
    <message numerus="yes">
        <source>Jump to the end: %n new</source>
        <translation>
            <numerusform>В конец: %n&#xa0;новый абзац</numerusform>
            <numerusform>В конец: %n&#xa0;новых абзаца</numerusform>
            <numerusform>В конец: %n&#xa0;новых абзацев</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>KeyField</name>
    <message>
        <source>Stored in the system keyring</source>
        <translation>Сохранён в связке ключей</translation>
    </message>
    <message>
        <source>Stored until Nitka closes</source>
        <translation>Хранится до закрытия Nitka</translation>
    </message>
</context>
<context>
    <name>LabelFilter</name>
    <message>
        <source>Assistants with these labels are shown</source>
        <translation>Показаны ассистенты с этими метками</translation>
    </message>
    <message>
        <source>Do not filter by %1</source>
        <translation>Не отбирать по %1</translation>
    </message>
    <message>
        <source>Filter by labels</source>
        <translation>Отобрать по меткам</translation>
    </message>
    <message>
        <source>No assistant has all these labels.</source>
        <translation>Нет ассистента с такими метками.</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>Показать всех</translation>
    </message>
</context>
<context>
    <name>LibrarySection</name>
    <message>
        <source>Files</source>
        <translation>Файлы</translation>
    </message>
</context>
<context>
    <name>LifetimeFields</name>
    <message>
        <source>&amp;Counted</source>
        <translation>Отс&amp;чёт</translation>
    </message>
    <message>
        <source>After it was last used</source>
        <translation>С последнего использования</translation>
    </message>
    <message>
        <source>After it was made</source>
        <translation>С создания</translation>
    </message>
    <message>
        <source>Da&amp;ys</source>
        <translation>&amp;Дней</translation>
    </message>
    <message>
        <source>Expires on {day} unless it is used before.</source>
        <translation>Срок истекает: {day}, если не обращаться к нему раньше.</translation>
    </message>
    <message>
        <source>Expires on {day}.</source>
        <translation>Срок истекает: {day}</translation>
    </message>
    <message>
        <source>Extend</source>
        <translation>Продлить</translation>
    </message>
    <message>
        <source>Kept until you delete it.</source>
        <translation>Хранится, пока вы его не удалите.</translation>
    </message>
    <message>
        <source>Let the lifetime begin anew today</source>
        <translation>Начать срок заново с сегодняшнего дня</translation>
    </message>
    <message>
        <source>The service ends its copy by this lifetime; yours is kept.</source>
        <translation>По этому сроку сервис удалит свою копию; ваша останется.</translation>
    </message>
</context>
<context>
    <name>LifetimePage</name>
    <message>
        <source>That was over on {day}: the assistant would go to the trash at once.</source>
        <translation>Этот срок истёк ({day}): ассистент сразу окажется в корзине.</translation>
    </message>
    <message>
        <source>This assistant &amp;expires</source>
        <translation>О&amp;граничить срок действия</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>No connection</source>
        <translation>Нет подключения</translation>
    </message>
    <message>
        <source>Open the data folder</source>
        <translation>Открыть папку данных</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Показать</translation>
    </message>
</context>
<context>
    <name>MenuContents</name>
    <message>
        <source>&amp;About Nitka</source>
        <translation>&amp;О программе Nitka</translation>
    </message>
    <message>
        <source>&amp;Actual size</source>
        <translation>&amp;Обычный размер</translation>
    </message>
    <message>
        <source>&amp;Ask again</source>
        <translation>Ответить &amp;заново</translation>
    </message>
    <message>
        <source>&amp;Assistant</source>
        <translation>&amp;Ассистент</translation>
    </message>
    <message>
        <source>&amp;Bring from a service…</source>
        <translation>&amp;Перенести из сервиса…</translation>
    </message>
    <message>
        <source>&amp;Connections…</source>
        <translation>&amp;Подключения…</translation>
    </message>
    <message>
        <source>&amp;Copy as</source>
        <translation>Коп&amp;ировать как</translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation>&amp;Тёмная тема</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>&amp;Удалить</translation>
    </message>
    <message>
        <source>&amp;Duplicate this assistant</source>
        <translation>&amp;Дублировать ассистента</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Правка</translation>
    </message>
    <message>
        <source>&amp;Edit the last question</source>
        <translation>&amp;Изменить последний вопрос</translation>
    </message>
    <message>
        <source>&amp;Export this assistant…</source>
        <translation>&amp;Экспорт ассистента…</translation>
    </message>
    <message>
        <source>&amp;Export thread…</source>
        <translation>&amp;Экспорт диалога…</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Файл</translation>
    </message>
    <message>
        <source>&amp;Find in thread</source>
        <translation>&amp;Найти в диалоге</translation>
    </message>
    <message>
        <source>&amp;Fork</source>
        <translation>&amp;Ответвить</translation>
    </message>
    <message>
        <source>&amp;Full screen</source>
        <translation>&amp;Полноэкранный режим</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Справка</translation>
    </message>
    <message>
        <source>&amp;Import assistants…</source>
        <translation>&amp;Импорт ассистентов…</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts</source>
        <translation>&amp;Сочетания клавиш</translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation>Светл&amp;ая тема</translation>
    </message>
    <message>
        <source>&amp;Markdown</source>
        <translation>&amp;Markdown</translation>
    </message>
    <message>
        <source>&amp;New assistant…</source>
        <translation>&amp;Новый ассистент…</translation>
    </message>
    <message>
        <source>&amp;New thread</source>
        <translation>&amp;Новый диалог</translation>
    </message>
    <message>
        <source>&amp;Nothing</source>
        <translation>Н&amp;ичего</translation>
    </message>
    <message>
        <source>&amp;Notifications</source>
        <translation>Ув&amp;едомления</translation>
    </message>
    <message>
        <source>&amp;Off</source>
        <translation>&amp;Выключены</translation>
    </message>
    <message>
        <source>&amp;Outbox…</source>
        <translation>Ис&amp;ходящие…</translation>
    </message>
    <message>
        <source>&amp;Pin or unpin</source>
        <translation>&amp;Закрепить или открепить</translation>
    </message>
    <message>
        <source>&amp;Plain text</source>
        <translation>&amp;Простой текст</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>В&amp;ыход</translation>
    </message>
    <message>
        <source>&amp;Rename</source>
        <translation>&amp;Переименовать</translation>
    </message>
    <message>
        <source>&amp;Rich text</source>
        <translation>Текст с о&amp;формлением</translation>
    </message>
    <message>
        <source>&amp;Run</source>
        <translation>&amp;Ответ</translation>
    </message>
    <message>
        <source>&amp;Search threads</source>
        <translation>&amp;Поиск по диалогам</translation>
    </message>
    <message>
        <source>&amp;Sentences of a reply as they come</source>
        <translation>&amp;Фразы ответа по мере появления</translation>
    </message>
    <message>
        <source>&amp;Settings of this assistant…</source>
        <translation>Н&amp;астройки ассистента…</translation>
    </message>
    <message>
        <source>&amp;Stop the reply</source>
        <translation>&amp;Остановить ответ</translation>
    </message>
    <message>
        <source>&amp;Take this assistant to its service</source>
        <translation>Перенести ассистента в &amp;сервис</translation>
    </message>
    <message>
        <source>&amp;Thread</source>
        <translation>&amp;Диалог</translation>
    </message>
    <message>
        <source>&amp;Thread list</source>
        <translation>&amp;Боковая панель</translation>
    </message>
    <message>
        <source>&amp;Trash…</source>
        <translation>&amp;Корзина…</translation>
    </message>
    <message>
        <source>&amp;Undo delete</source>
        <translation>&amp;Отменить удаление</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Вид</translation>
    </message>
    <message>
        <source>&amp;With text</source>
        <translation>&amp;С текстом</translation>
    </message>
    <message>
        <source>Anno&amp;uncements</source>
        <translation>О&amp;звучивание ответов</translation>
    </message>
    <message>
        <source>Ask with other se&amp;ttings…</source>
        <translation>&amp;Спросить с другими настройками…</translation>
    </message>
    <message>
        <source>Close &amp;window</source>
        <translation>&amp;Закрыть окно</translation>
    </message>
    <message>
        <source>Copy &amp;last reply</source>
        <translation>&amp;Копировать последний ответ</translation>
    </message>
    <message>
        <source>Copy last c&amp;ode block</source>
        <translation>Копировать последний &amp;блок кода</translation>
    </message>
    <message>
        <source>Ctrl+Enter s&amp;ends</source>
        <translation>О&amp;тправлять по Ctrl+Enter</translation>
    </message>
    <message>
        <source>Detail&amp;s</source>
        <translation>Сведе&amp;ния</translation>
    </message>
    <message>
        <source>Export &amp;all threads…</source>
        <translation>Экспорт &amp;всех диалогов…</translation>
    </message>
    <message>
        <source>Export it with all &amp;versions…</source>
        <translation>Экспорт со всеми &amp;версиями…</translation>
    </message>
    <message>
        <source>Find &amp;next</source>
        <translation>Найти с&amp;ледующее</translation>
    </message>
    <message>
        <source>Find &amp;previous</source>
        <translation>Найти п&amp;редыдущее</translation>
    </message>
    <message>
        <source>Go to the &amp;composer</source>
        <translation>Перейти к по&amp;лю ввода</translation>
    </message>
    <message>
        <source>Go to the &amp;waiting call</source>
        <translation>Перейти к о&amp;жидающему вызову</translation>
    </message>
    <message>
        <source>Go to the t&amp;hreads</source>
        <translation>Перейти к &amp;диалогам</translation>
    </message>
    <message>
        <source>Lan&amp;guage of the system</source>
        <translation>&amp;Язык системы</translation>
    </message>
    <message>
        <source>Ne&amp;xt thread</source>
        <translation>&amp;Следующий диалог</translation>
    </message>
    <message>
        <source>New thread with the &amp;same assistant</source>
        <translation>Новый диалог с &amp;тем же ассистентом</translation>
    </message>
    <message>
        <source>Next &amp;pane</source>
        <translation>Следу&amp;ющая панель</translation>
    </message>
    <message>
        <source>Next m&amp;essage</source>
        <translation>След&amp;ующее сообщение</translation>
    </message>
    <message>
        <source>Open the &amp;data folder</source>
        <translation>Открыть &amp;папку с данными</translation>
    </message>
    <message>
        <source>Pinned thread %1</source>
        <translation>Закреплённый диалог&#xa0;%1</translation>
    </message>
    <message>
        <source>Pre&amp;vious pane</source>
        <translation>Пред&amp;ыдущая панель</translation>
    </message>
    <message>
        <source>Pre&amp;vious thread</source>
        <translation>Пр&amp;едыдущий диалог</translation>
    </message>
    <message>
        <source>Previous &amp;message</source>
        <translation>П&amp;редыдущее сообщение</translation>
    </message>
    <message>
        <source>Se&amp;ttings of this thread…</source>
        <translation>Настро&amp;йки диалога…</translation>
    </message>
    <message>
        <source>Send &amp;deferred</source>
        <translation>Отправить отло&amp;женно</translation>
    </message>
    <message>
        <source>Start and &amp;end of a reply</source>
        <translation>&amp;Начало и конец ответа</translation>
    </message>
    <message>
        <source>Theme of the s&amp;ystem</source>
        <translation>&amp;Системная тема</translation>
    </message>
    <message>
        <source>Witho&amp;ut text</source>
        <translation>&amp;Без текста</translation>
    </message>
    <message>
        <source>Zoom &amp;in</source>
        <translation>У&amp;величить</translation>
    </message>
    <message>
        <source>Zoom &amp;out</source>
        <translation>У&amp;меньшить</translation>
    </message>
</context>
<context>
    <name>MessageDetails</name>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Копировать</translation>
    </message>
    <message>
        <source>Assistant</source>
        <translation>Ассистент</translation>
    </message>
    <message>
        <source>Author</source>
        <translation>Автор</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Закрыть</translation>
    </message>
    <message>
        <source>Finish</source>
        <translation>Завершение</translation>
    </message>
    <message>
        <source>First word after</source>
        <translation>Первое слово через</translation>
    </message>
    <message>
        <source>Message details</source>
        <translation>Сведения о сообщении</translation>
    </message>
    <message>
        <source>Messages the model saw</source>
        <translation>Сообщений видела модель</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Модель</translation>
    </message>
    <message>
        <source>Name at the service</source>
        <translation>Имя у сервиса</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>Ошибка</translation>
    </message>
    <message>
        <source>Sources</source>
        <translation>Источники</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Время</translation>
    </message>
    <message>
        <source>Tokens read</source>
        <translation>Прочитано токенов</translation>
    </message>
    <message>
        <source>Tokens written</source>
        <translation>Написано токенов</translation>
    </message>
    <message>
        <source>Took</source>
        <translation>Заняло</translation>
    </message>
</context>
<context>
    <name>MessagesPane</name>
    <message>
        <source>%1 (fork)</source>
        <translation>%1 (ответвление)</translation>
    </message>
    <message>
        <source>Nobody answers here yet: choose an assistant above</source>
        <translation>Здесь пока некому отвечать: выберите ассистента вверху</translation>
    </message>
    <message>
        <source>Sends when the reply is complete · Esc stops it</source>
        <translation>Отправится после ответа · Esc — стоп</translation>
    </message>
</context>
<context>
    <name>ModelList</name>
    <message numerus="yes">
        <source>%n found</source>
        <translation>
            <numerusform>Найдена %n</numerusform>
            <numerusform>Найдены %n</numerusform>
            <numerusform>Найдено %n</numerusform>
        </translation>
    </message>
    <message>
        <source>Models on offer</source>
        <translation>Доступные модели</translation>
    </message>
    <message numerus="yes">
        <source>Search %n model(s)</source>
        <translation>
            <numerusform>Поиск по %n&#xa0;модели</numerusform>
            <numerusform>Поиск по %n&#xa0;моделям</numerusform>
            <numerusform>Поиск по %n&#xa0;моделям</numerusform>
        </translation>
    </message>
    <message>
        <source>Search the models</source>
        <translation>Поиск моделей</translation>
    </message>
</context>
<context>
    <name>ModelPage</name>
    <message numerus="yes">
        <source>%n model(s) on offer; any other name can be typed</source>
        <translation>
            <numerusform>Доступна %n&#xa0;модель; имя можно ввести и вручную</numerusform>
            <numerusform>Доступны %n&#xa0;модели; имя можно ввести и вручную</numerusform>
            <numerusform>Доступно %n&#xa0;моделей; имя можно ввести и вручную</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Connection</source>
        <translation>&amp;Подключение</translation>
    </message>
    <message>
        <source>&amp;JSON Schema</source>
        <translation>С&amp;хема JSON</translation>
    </message>
    <message>
        <source>0 is exact and even, {top} is free. 0.3 suits most work.</source>
        <translation>0&#xa0;— точно и ровно, {top}&#xa0;— свободно. Чаще всего подходит&#xa0;0,3.</translation>
    </message>
    <message>
        <source>0 leaves the limit to the service.</source>
        <translation>0&#xa0;— лимит выбирает сервис.</translation>
    </message>
    <message>
        <source>A JSON object</source>
        <translation>Объект JSON</translation>
    </message>
    <message>
        <source>A connection that was deleted</source>
        <translation>Удалённое подключение</translation>
    </message>
    <message>
        <source>A little</source>
        <translation>Немного</translation>
    </message>
    <message>
        <source>Ask for JSON in the instruction, too.</source>
        <translation>Попросите JSON и в инструкции.</translation>
    </message>
    <message>
        <source>Choose a connection</source>
        <translation>Выберите подключение</translation>
    </message>
    <message>
        <source>Choose another one: this one is gone.</source>
        <translation>Выберите другое: этого больше нет.</translation>
    </message>
    <message>
        <source>Fetch the list again</source>
        <translation>Обновить список</translation>
    </message>
    <message>
        <source>Fetch the list of models again</source>
        <translation>Обновить список моделей</translation>
    </message>
    <message>
        <source>Fetching the models…</source>
        <translation>Загрузка списка моделей…</translation>
    </message>
    <message>
        <source>For models that can; others may refuse a request with it.</source>
        <translation>Для моделей, которые это умеют; другие могут отклонить запрос.</translation>
    </message>
    <message>
        <source>Form of the repl&amp;y</source>
        <translation>&amp;Формат ответа</translation>
    </message>
    <message>
        <source>JSON by a schema</source>
        <translation>JSON по схеме</translation>
    </message>
    <message>
        <source>Longest &amp;reply, in tokens</source>
        <translation>&amp;Лимит ответа, в токенах</translation>
    </message>
    <message>
        <source>M&amp;odel</source>
        <translation>Мо&amp;дель</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Модель</translation>
    </message>
    <message>
        <source>Much</source>
        <translation>Много</translation>
    </message>
    <message>
        <source>Some</source>
        <translation>Умеренно</translation>
    </message>
    <message>
        <source>T&amp;emperature</source>
        <translation>&amp;Температура</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>Температура</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>Текст</translation>
    </message>
    <message>
        <source>The service lists no models; type a name.</source>
        <translation>Сервис не даёт списка моделей; введите имя.</translation>
    </message>
    <message>
        <source>Thinking &amp;before the reply</source>
        <translation>Р&amp;азмышление перед ответом</translation>
    </message>
    <message>
        <source>This service only knows on and off.</source>
        <translation>Этот сервис умеет только включать и выключать.</translation>
    </message>
    <message>
        <source>Up to the model</source>
        <translation>Как решит модель</translation>
    </message>
    <message>
        <source>Up to the service</source>
        <translation>Как решит сервис</translation>
    </message>
    <message>
        <source>{why}. A name can be typed.</source>
        <translation>{why}. Имя можно ввести вручную.</translation>
    </message>
</context>
<context>
    <name>NoticeBar</name>
    <message numerus="yes">
        <source>%n s</source>
        <translation>
            <numerusform>%n&#xa0;с</numerusform>
            <numerusform>%n&#xa0;с</numerusform>
            <numerusform>%n&#xa0;с</numerusform>
        </translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Закрыть</translation>
    </message>
</context>
<context>
    <name>Notices</name>
    <message>
        <source>A new branch: what followed stays with the former reply.</source>
        <translation>Новая ветка: то, что было ниже, осталось под прежним ответом.</translation>
    </message>
    <message>
        <source>A settings file could not be read; it is kept as %1, and the defaults are used.</source>
        <translation>Файл настроек не читается; он сохранён как %1, действуют настройки по умолчанию.</translation>
    </message>
    <message>
        <source>Assistant “%1” was deleted. Its threads are kept.</source>
        <translation>Ассистент «%1» удалён. Его диалоги сохранены.</translation>
    </message>
    <message>
        <source>New thread</source>
        <translation>Новый диалог</translation>
    </message>
    <message>
        <source>Something went wrong in Nitka: %1</source>
        <translation>В Nitka что-то пошло не так: %1</translation>
    </message>
    <message>
        <source>The message was deleted.</source>
        <translation>Сообщение удалено.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Отменить</translation>
    </message>
    <message>
        <source>“%1” was moved to the trash.</source>
        <translation>Диалог «%1» перемещён в корзину.</translation>
    </message>
</context>
<context>
    <name>OnboardingCard</name>
    <message>
        <source>Add a connection…</source>
        <translation>Добавить подключение…</translation>
    </message>
    <message>
        <source>Connect a service</source>
        <translation>Подключите сервис</translation>
    </message>
    <message>
        <source>Nobody can answer yet. Add any compatible service, or use the small model on this device.</source>
        <translation>Пока некому отвечать. Добавьте совместимый сервис или возьмите маленькую модель на этом устройстве.</translation>
    </message>
</context>
<context>
    <name>OtherCalls</name>
    <message numerus="yes">
        <source>%n more call(s) wait(s) for you</source>
        <translation>
            <numerusform>Ещё %n вызов ждёт вас</numerusform>
            <numerusform>Ещё %n вызова ждут вас</numerusform>
            <numerusform>Ещё %n вызовов ждут вас</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>OtherTools</name>
    <message>
        <source>A JSON list. It is kept and sent to the AI Assistant API as it is.</source>
        <translation>Список JSON. Он хранится и отправляется в AI Assistant API как есть.</translation>
    </message>
    <message>
        <source>Other tools</source>
        <translation>Другие инструменты</translation>
    </message>
    <message>
        <source>Tools of the AI Assistant API</source>
        <translation>Инструменты AI Assistant API</translation>
    </message>
</context>
<context>
    <name>OutboxDialog</name>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Закрыть</translation>
    </message>
    <message>
        <source>&amp;Open the thread</source>
        <translation>&amp;Открыть диалог</translation>
    </message>
    <message>
        <source>Arrived</source>
        <translation>Ответ получен</translation>
    </message>
    <message>
        <source>Being sent</source>
        <translation>Отправляется</translation>
    </message>
    <message>
        <source>Ca&amp;ncel the request</source>
        <translation>О&amp;тменить запрос</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Отменён</translation>
    </message>
    <message>
        <source>Check &amp;now</source>
        <translation>&amp;Проверить</translation>
    </message>
    <message>
        <source>Checking now</source>
        <translation>Идёт проверка</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Ошибка</translation>
    </message>
    <message>
        <source>New thread</source>
        <translation>Новый диалог</translation>
    </message>
    <message>
        <source>Next check in %1</source>
        <translation>Проверка через %1</translation>
    </message>
    <message>
        <source>No deferred requests. Where a service offers it, the clock beside Send sends a message whose reply may come later, even after Nitka was closed.</source>
        <translation>Отложенных запросов нет. Если сервис это умеет, часы рядом с кнопкой отправки отправляют сообщение, ответ на которое придёт позже, даже если Nitka закрывали.</translation>
    </message>
    <message>
        <source>Outbox</source>
        <translation>Исходящие</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>Отправлен</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Состояние</translation>
    </message>
    <message>
        <source>Thread</source>
        <translation>Диалог</translation>
    </message>
    <message numerus="yes">
        <source>checked %n time(s)</source>
        <translation>
            <numerusform>проверен %n&#xa0;раз</numerusform>
            <numerusform>проверен %n&#xa0;раза</numerusform>
            <numerusform>проверен %n&#xa0;раз</numerusform>
        </translation>
    </message>
    <message>
        <source>the last check failed</source>
        <translation>последняя проверка не удалась</translation>
    </message>
</context>
<context>
    <name>OverrideWords</name>
    <message>
        <source>a little thinking</source>
        <translation>недолгое размышление</translation>
    </message>
    <message>
        <source>as many messages as fit</source>
        <translation>столько сообщений, сколько поместится</translation>
    </message>
    <message numerus="yes">
        <source>last %Ln message(s)</source>
        <translation>
            <numerusform>последнее %Ln&#xa0;сообщение</numerusform>
            <numerusform>последние %Ln&#xa0;сообщения</numerusform>
            <numerusform>последние %Ln&#xa0;сообщений</numerusform>
        </translation>
    </message>
    <message>
        <source>model %1</source>
        <translation>модель %1</translation>
    </message>
    <message>
        <source>much thinking</source>
        <translation>долгое размышление</translation>
    </message>
    <message>
        <source>prompt up to %1 tokens</source>
        <translation>запрос до %1&#xa0;токенов</translation>
    </message>
    <message>
        <source>reply as JSON</source>
        <translation>ответ в JSON</translation>
    </message>
    <message>
        <source>reply as text</source>
        <translation>ответ текстом</translation>
    </message>
    <message>
        <source>reply of any length</source>
        <translation>ответ любой длины</translation>
    </message>
    <message>
        <source>reply up to %1 tokens</source>
        <translation>ответ до %1&#xa0;токенов</translation>
    </message>
    <message>
        <source>some thinking</source>
        <translation>размышление средней длины</translation>
    </message>
    <message>
        <source>temperature %1</source>
        <translation>температура %1</translation>
    </message>
    <message>
        <source>thinking up to the model</source>
        <translation>размышление на усмотрение модели</translation>
    </message>
</context>
<context>
    <name>PriceTable</name>
    <message>
        <source>A price is a number, like {example}.</source>
        <translation>Цена&#xa0;— это число, например {example}.</translation>
    </message>
    <message>
        <source>A reply tells what it cost. Without a model a price counts for all others.</source>
        <translation>В сведениях об ответе видна его стоимость. Цена без модели действует для всех остальных.</translation>
    </message>
    <message>
        <source>Add a price</source>
        <translation>Добавить цену</translation>
    </message>
    <message>
        <source>Currency</source>
        <translation>Валюта</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Модель</translation>
    </message>
    <message>
        <source>Prices of 1,000 tokens</source>
        <translation>Цены за 1000&#xa0;токенов</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>Запрос</translation>
    </message>
    <message>
        <source>Reply</source>
        <translation>Ответ</translation>
    </message>
    <message>
        <source>Two prices are for the same model.</source>
        <translation>Для одной модели указаны две цены.</translation>
    </message>
</context>
<context>
    <name>ProxyFields</name>
    <message>
        <source>Address of the proxy</source>
        <translation>Адрес прокси</translation>
    </message>
    <message>
        <source>HTTP or SOCKS; the password goes to the system keyring.</source>
        <translation>HTTP или SOCKS; пароль попадёт в связку ключей системы.</translation>
    </message>
    <message>
        <source>If it asks for one</source>
        <translation>Если требуется</translation>
    </message>
    <message>
        <source>Its own…</source>
        <translation>Свой…</translation>
    </message>
    <message>
        <source>Keep the old one</source>
        <translation>Оставить прежний</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Без прокси</translation>
    </message>
    <message>
        <source>Not an address that starts with http://, https:// or socks5://.</source>
        <translation>Адрес должен начинаться с http://, https:// или socks5://.</translation>
    </message>
    <message>
        <source>Of the system</source>
        <translation>Системный</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>Пароль</translation>
    </message>
    <message>
        <source>Proxy</source>
        <translation>Прокси</translation>
    </message>
    <message>
        <source>Replace…</source>
        <translation>Заменить…</translation>
    </message>
    <message>
        <source>Show the password while typing</source>
        <translation>Показать пароль при вводе</translation>
    </message>
    <message>
        <source>User</source>
        <translation>Пользователь</translation>
    </message>
</context>
<context>
    <name>PullDialog</name>
    <message numerus="yes">
        <source>%Ln new message(s).</source>
        <translation>
            <numerusform>%Ln&#xa0;новое сообщение.</numerusform>
            <numerusform>%Ln&#xa0;новых сообщения.</numerusform>
            <numerusform>%Ln&#xa0;новых сообщений.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n assistant(s) changed here and there stay as they are here.</source>
        <translation>
            <numerusform>%n&#xa0;ассистент изменён и здесь, и там; здесь он остался как был.</numerusform>
            <numerusform>%n&#xa0;ассистента изменены и здесь, и там; здесь они остались как были.</numerusform>
            <numerusform>%n&#xa0;ассистентов изменены и здесь, и там; здесь они остались как были.</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Bring here</source>
        <translation>&amp;Перенести</translation>
    </message>
    <message>
        <source>&amp;Connections…</source>
        <translation>По&amp;дключения…</translation>
    </message>
    <message>
        <source>&amp;From</source>
        <translation>&amp;Откуда</translation>
    </message>
    <message>
        <source>&amp;Go on</source>
        <translation>П&amp;родолжить</translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation>Ос&amp;тановить</translation>
    </message>
    <message>
        <source>Add one that speaks the AI Assistant API.</source>
        <translation>Добавьте такое, которое работает с AI Assistant API.</translation>
    </message>
    <message>
        <source>Assistants</source>
        <translation>Ассистенты</translation>
    </message>
    <message>
        <source>Bring from a service</source>
        <translation>Перенос из сервиса</translation>
    </message>
    <message>
        <source>Brings all assistants with their versions, and all threads with their messages, into Nitka. Doing it again adds only what is new; nothing of yours is changed.</source>
        <translation>Переносит в Nitka всех ассистентов с версиями и все диалоги с сообщениями. Повторный перенос добавляет только новое; ваше не меняется.</translation>
    </message>
    <message>
        <source>C&amp;lose</source>
        <translation>&amp;Закрыть</translation>
    </message>
    <message>
        <source>Copy role name</source>
        <translation>Копировать роль</translation>
    </message>
    <message>
        <source>Everything is here.</source>
        <translation>Всё перенесено.</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>Сообщения</translation>
    </message>
    <message>
        <source>Stopped. What was brought is kept; the next time goes on from there.</source>
        <translation>Остановлено. Перенесённое сохранено; в следующий раз перенос продолжится с этого места.</translation>
    </message>
    <message>
        <source>There are no new messages.</source>
        <translation>Новых сообщений нет.</translation>
    </message>
    <message>
        <source>There is no connection to bring anything from.</source>
        <translation>Нет подключения, из которого можно что-то перенести.</translation>
    </message>
    <message>
        <source>Threads</source>
        <translation>Диалоги</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>Версии</translation>
    </message>
    <message>
        <source>What was brought is kept; the next time goes on from there.</source>
        <translation>Перенесённое сохранено; в следующий раз перенос продолжится с этого места.</translation>
    </message>
</context>
<context>
    <name>Pulls</name>
    <message numerus="yes">
        <source>%Ln message(s)</source>
        <translation>
            <numerusform>%Ln&#xa0;сообщение</numerusform>
            <numerusform>%Ln&#xa0;сообщения</numerusform>
            <numerusform>%Ln&#xa0;сообщений</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln thread(s)</source>
        <translation>
            <numerusform>%Ln&#xa0;диалог</numerusform>
            <numerusform>%Ln&#xa0;диалога</numerusform>
            <numerusform>%Ln&#xa0;диалогов</numerusform>
        </translation>
    </message>
    <message>
        <source>Brought from the service: %1, %2.</source>
        <translation>Перенесено из сервиса: %1, %2.</translation>
    </message>
    <message>
        <source>Not everything was brought: %1</source>
        <translation>Перенесено не всё: %1</translation>
    </message>
    <message>
        <source>“%1” is at the service now.</source>
        <translation>Ассистент «%1» теперь есть в сервисе.</translation>
    </message>
</context>
<context>
    <name>QFileDialog</name>
    <message>
        <source>&amp;Look in:</source>
        <translation>&amp;Папка:</translation>
    </message>
    <message>
        <source>Files of &amp;type:</source>
        <translation>&amp;Тип файлов:</translation>
    </message>
</context>
<context>
    <name>QuestionTexts</name>
    <message numerus="yes">
        <source>Show all %Ln line(s)</source>
        <translation>
            <numerusform>Показать все строки: %Ln</numerusform>
            <numerusform>Показать все строки: %Ln</numerusform>
            <numerusform>Показать все строки: %Ln</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ReplyNotices</name>
    <message>
        <source>New thread</source>
        <translation>Новый диалог</translation>
    </message>
    <message>
        <source>The deferred reply in “%1” has arrived.</source>
        <translation>Пришёл отложенный ответ в диалоге «%1».</translation>
    </message>
    <message>
        <source>The deferred request in “%1” brought no reply.</source>
        <translation>Отложенный запрос в диалоге «%1» остался без ответа.</translation>
    </message>
    <message>
        <source>The reply has arrived.</source>
        <translation>Ответ получен.</translation>
    </message>
    <message>
        <source>There is no reply.</source>
        <translation>Ответа нет.</translation>
    </message>
</context>
<context>
    <name>ResultPanel</name>
    <message>
        <source>%1&#xa0;ms</source>
        <translation>%1&#xa0;мс</translation>
    </message>
    <message numerus="yes">
        <source>%n model(s)</source>
        <translation>
            <numerusform>%n&#xa0;модель</numerusform>
            <numerusform>%n&#xa0;модели</numerusform>
            <numerusform>%n&#xa0;моделей</numerusform>
        </translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Отмена</translation>
    </message>
    <message>
        <source>Change the way there</source>
        <translation>Изменить путь</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>Копировать подробности</translation>
    </message>
    <message>
        <source>Copy role name</source>
        <translation>Копировать роль</translation>
    </message>
    <message>
        <source>Replace the key</source>
        <translation>Заменить ключ</translation>
    </message>
    <message>
        <source>Test again</source>
        <translation>Проверить ещё раз</translation>
    </message>
    <message>
        <source>Works</source>
        <translation>Работает</translation>
    </message>
</context>
<context>
    <name>RunFacts</name>
    <message numerus="yes">
        <source>%1 of %Ln message(s)</source>
        <translation>
            <numerusform>%1 из %Ln&#xa0;сообщения</numerusform>
            <numerusform>%1 из %Ln&#xa0;сообщений</numerusform>
            <numerusform>%1 из %Ln&#xa0;сообщений</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln fragment(s)</source>
        <translation>
            <numerusform>%Ln&#xa0;фрагмент</numerusform>
            <numerusform>%Ln&#xa0;фрагмента</numerusform>
            <numerusform>%Ln&#xa0;фрагментов</numerusform>
        </translation>
    </message>
    <message>
        <source>Asked</source>
        <translation>Вопрос задан</translation>
    </message>
    <message>
        <source>Assistant</source>
        <translation>Ассистент</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>Контекст</translation>
    </message>
    <message>
        <source>Copy the name at the service</source>
        <translation>Копировать имя у сервиса</translation>
    </message>
    <message>
        <source>Copy the request&apos;s id</source>
        <translation>Копировать идентификатор запроса</translation>
    </message>
    <message>
        <source>Cost</source>
        <translation>Стоимость</translation>
    </message>
    <message>
        <source>Finish</source>
        <translation>Завершение</translation>
    </message>
    <message>
        <source>First word after</source>
        <translation>Первое слово через</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Формат</translation>
    </message>
    <message>
        <source>From files</source>
        <translation>Из файлов</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Модель</translation>
    </message>
    <message>
        <source>Name at the service</source>
        <translation>Имя у сервиса</translation>
    </message>
    <message>
        <source>Of these for the search</source>
        <translation>Из них на поиск</translation>
    </message>
    <message>
        <source>Reasoning</source>
        <translation>Размышление</translation>
    </message>
    <message>
        <source>Reply</source>
        <translation>Ответ</translation>
    </message>
    <message>
        <source>Reply at most</source>
        <translation>Лимит ответа</translation>
    </message>
    <message>
        <source>Request</source>
        <translation>Запрос</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>Отправлено</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>Температура</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Время</translation>
    </message>
    <message>
        <source>Tokens expected</source>
        <translation>Ожидалось токенов</translation>
    </message>
    <message>
        <source>Tokens read</source>
        <translation>Прочитано токенов</translation>
    </message>
    <message>
        <source>Tokens written</source>
        <translation>Написано токенов</translation>
    </message>
    <message>
        <source>Took</source>
        <translation>Заняло</translation>
    </message>
    <message>
        <source>for this question alone</source>
        <translation>только для этого вопроса</translation>
    </message>
    <message>
        <source>for this question alone; usually %1</source>
        <translation>только для этого вопроса; обычно %1</translation>
    </message>
</context>
<context>
    <name>RunOptions</name>
    <message>
        <source>Next question: %1</source>
        <translation>Следующий вопрос: %1</translation>
    </message>
</context>
<context>
    <name>RunOptionsDialog</name>
    <message>
        <source>&amp;As the assistant</source>
        <translation>&amp;Как у ассистента</translation>
    </message>
    <message>
        <source>&amp;Keep editing</source>
        <translation>Вернут&amp;ься</translation>
    </message>
    <message>
        <source>&amp;Use</source>
        <translation>&amp;Применить</translation>
    </message>
    <message>
        <source>Ask a&amp;gain</source>
        <translation>&amp;Ответить заново</translation>
    </message>
    <message>
        <source>Ask again with other settings</source>
        <translation>Ответить заново с другими настройками</translation>
    </message>
    <message>
        <source>Ask again with the changes?</source>
        <translation>Ответить заново с изменёнными настройками?</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Отмена</translation>
    </message>
    <message>
        <source>Disc&amp;ard</source>
        <translation>Не примен&amp;ять</translation>
    </message>
    <message>
        <source>For the next question</source>
        <translation>Для следующего вопроса</translation>
    </message>
    <message>
        <source>Take all settings from the assistant again</source>
        <translation>Снова взять все настройки у ассистента</translation>
    </message>
    <message>
        <source>The changes cannot be used as they are.</source>
        <translation>В таком виде изменения не применить.</translation>
    </message>
    <message>
        <source>Use the changes for the next question?</source>
        <translation>Применить изменения к следующему вопросу?</translation>
    </message>
</context>
<context>
    <name>RunsTab</name>
    <message>
        <source>%1 tokens</source>
        <translation>токенов: %1</translation>
    </message>
    <message numerus="yes">
        <source>%Ln run(s)</source>
        <translation>
            <numerusform>%Ln&#xa0;запуск</numerusform>
            <numerusform>%Ln&#xa0;запуска</numerusform>
            <numerusform>%Ln&#xa0;запусков</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln token(s)</source>
        <translation>
            <numerusform>%Ln&#xa0;токен</numerusform>
            <numerusform>%Ln&#xa0;токена</numerusform>
            <numerusform>%Ln&#xa0;токенов</numerusform>
        </translation>
    </message>
    <message>
        <source>No assistant was asked in this thread yet.</source>
        <translation>В этом диалоге ассистента ещё не спрашивали.</translation>
    </message>
    <message>
        <source>Runs of this thread</source>
        <translation>Запуски в этом диалоге</translation>
    </message>
</context>
<context>
    <name>SchemaEditor</name>
    <message>
        <source>Brackets are nested too deep.</source>
        <translation>Скобки вложены слишком глубоко.</translation>
    </message>
    <message>
        <source>JSON Sc&amp;hema</source>
        <translation>С&amp;хема JSON</translation>
    </message>
    <message>
        <source>Lay the schema out evenly</source>
        <translation>Разложить схему ровно</translation>
    </message>
    <message>
        <source>Line {line}, character {column}: {what}</source>
        <translation>Строка {line}, символ {column}: {what}</translation>
    </message>
    <message>
        <source>Tidy up</source>
        <translation>Выровнять</translation>
    </message>
    <message>
        <source>Too long: at most {limit} characters.</source>
        <translation>Слишком длинно: не больше {limit}&#xa0;символов.</translation>
    </message>
    <message>
        <source>a colon is missing after the key.</source>
        <translation>после ключа нет двоеточия.</translation>
    </message>
    <message>
        <source>a comma or a closing bracket is missing.</source>
        <translation>не хватает запятой или закрывающей скобки.</translation>
    </message>
    <message>
        <source>a key in double quotes is missing, or there is a comma too many.</source>
        <translation>нет ключа в двойных кавычках, или запятая лишняя.</translation>
    </message>
    <message>
        <source>a schema is an object in curly brackets.</source>
        <translation>схема — это объект в фигурных скобках.</translation>
    </message>
    <message>
        <source>a text holds a line break, a tab or a backslash that means nothing.</source>
        <translation>в тексте перенос строки, табуляция или лишняя обратная косая черта.</translation>
    </message>
    <message>
        <source>a text is not closed by a quote.</source>
        <translation>текст не закрыт кавычкой.</translation>
    </message>
    <message>
        <source>a value is missing.</source>
        <translation>не хватает значения.</translation>
    </message>
    <message>
        <source>the outermost schema needs {field}.</source>
        <translation>внешней схеме нужно {field}.</translation>
    </message>
    <message>
        <source>there is more after the end of the schema.</source>
        <translation>после конца схемы есть что-то ещё.</translation>
    </message>
    <message>
        <source>this is not JSON.</source>
        <translation>это не JSON.</translation>
    </message>
    <message>
        <source>{characters} characters</source>
        <translation>Символов: {characters}</translation>
    </message>
    <message>
        <source>{reference} leads to no schema in this one; nothing is fetched from elsewhere.</source>
        <translation>{reference} не ведёт ни к какой части этой схемы; извне ничего не загружается.</translation>
    </message>
    <message>
        <source>{value} cannot stand at {place}.</source>
        <translation>{value} не может стоять в {place}.</translation>
    </message>
    <message>
        <source>{value} cannot stand at {place}; possible: {expected}.</source>
        <translation>{value} не может стоять в {place}; возможно: {expected}.</translation>
    </message>
</context>
<context>
    <name>SearchField</name>
    <message>
        <source>Clear the search</source>
        <translation>Очистить поиск</translation>
    </message>
</context>
<context>
    <name>SearchSettings</name>
    <message>
        <source>A model of the same connection. Empty: the question is searched for as it is.</source>
        <translation>Модель того же подключения. Если пусто, вопрос ищется как есть.</translation>
    </message>
    <message>
        <source>For every question</source>
        <translation>Для каждого вопроса</translation>
    </message>
    <message>
        <source>How many pieces of text the model is given at once.</source>
        <translation>Сколько отрывков текста модель получает за один раз.</translation>
    </message>
    <message>
        <source>Its id. The AI Assistant API searches there and not on this computer.</source>
        <translation>Его идентификатор. AI Assistant API ищет там, а не на этом компьютере.</translation>
    </message>
    <message>
        <source>Model that rephrases the question</source>
        <translation>Модель, которая переформулирует вопрос</translation>
    </message>
    <message>
        <source>Most fragm&amp;ents</source>
        <translation>Наи&amp;большее число фрагментов</translation>
    </message>
    <message>
        <source>Name of the search</source>
        <translation>Название поиска</translation>
    </message>
    <message>
        <source>Search in fi&amp;les</source>
        <translation>Искать в файла&amp;х</translation>
    </message>
    <message>
        <source>Search index at the service</source>
        <translation>Поисковый индекс в сервисе</translation>
    </message>
    <message>
        <source>Search the contracts when a question is about terms, sums or parties.</source>
        <translation>Ищи в договорах, когда вопрос касается сроков, сумм или сторон.</translation>
    </message>
    <message>
        <source>The assistant answers from documents that you give it, and names the places.</source>
        <translation>Ассистент отвечает по вашим документам и указывает места в них.</translation>
    </message>
    <message>
        <source>The best places for each question go to the model with it.</source>
        <translation>Вместе с каждым вопросом модель получает лучшие места из файлов.</translation>
    </message>
    <message>
        <source>The chosen connection cannot call it; with it no file is searched.</source>
        <translation>Выбранное подключение не может его вызвать; с ним поиска в файлах не будет.</translation>
    </message>
    <message>
        <source>The model calls it like a function, with words of its own.</source>
        <translation>Модель вызывает его как функцию и сама подбирает слова.</translation>
    </message>
    <message>
        <source>The service searches in its index for every question.</source>
        <translation>Сервис ищет в своём индексе для каждого вопроса.</translation>
    </message>
    <message>
        <source>The service searches in its index when the model asks for it.</source>
        <translation>Сервис ищет в своём индексе, когда об этом просит модель.</translation>
    </message>
    <message>
        <source>What the model calls it.</source>
        <translation>Так его называет модель.</translation>
    </message>
    <message>
        <source>When the model asks for it</source>
        <translation>Когда об этом просит модель</translation>
    </message>
    <message>
        <source>When the model should search</source>
        <translation>Когда модели искать</translation>
    </message>
    <message>
        <source>When to searc&amp;h</source>
        <translation>Когда иск&amp;ать</translation>
    </message>
    <message>
        <source>With the AI Assistant API this needs an index at the service: without one no file is searched. Files on this computer are searched only with “When the model asks for it”.</source>
        <translation>С AI Assistant API для этого нужен индекс в сервисе: без него поиска по файлам не будет. В файлах на этом компьютере поиск идёт только при выборе «Когда об этом просит модель».</translation>
    </message>
</context>
<context>
    <name>SearchTrial</name>
    <message>
        <source>Nothing was found. Other words may help.</source>
        <translation>Ничего не нашлось. Попробуйте другие слова.</translation>
    </message>
    <message numerus="yes">
        <source>The model would be given %n fragment(s), best first.</source>
        <translation>
            <numerusform>Модель получила бы %n&#xa0;фрагмент.</numerusform>
            <numerusform>Модель получила бы %n&#xa0;фрагмента, лучшие впереди.</numerusform>
            <numerusform>Модель получила бы %n&#xa0;фрагментов, лучшие впереди.</numerusform>
        </translation>
    </message>
    <message>
        <source>Try a search</source>
        <translation>Проверить поиск</translation>
    </message>
    <message>
        <source>line {line}</source>
        <translation>строка {line}</translation>
    </message>
    <message>
        <source>p. {page}</source>
        <translation>с.&#xa0;{page}</translation>
    </message>
</context>
<context>
    <name>ServerForm</name>
    <message>
        <source>&amp;Folder id</source>
        <translation>Идентификатор катало&amp;га</translation>
    </message>
    <message>
        <source>&amp;Use it all the same</source>
        <translation>Использовать &amp;без шифрования</translation>
    </message>
    <message>
        <source>A key or a password does not belong in the address.</source>
        <translation>Ключу и паролю не место в адресе.</translation>
    </message>
    <message>
        <source>Add&amp;ress</source>
        <translation>&amp;Адрес</translation>
    </message>
    <message>
        <source>Few servers of this kind have it.</source>
        <translation>Есть у немногих серверов.</translation>
    </message>
    <message>
        <source>Nearly every server speaks it.</source>
        <translation>Понимает почти любой сервер.</translation>
    </message>
    <message>
        <source>Not an address that starts with http:// or https://.</source>
        <translation>Адрес должен начинаться с http:// или https://.</translation>
    </message>
    <message>
        <source>Not encrypted: anybody on the way can read the key, the questions and the replies.</source>
        <translation>Без шифрования: ключ, вопросы и ответы можно прочитать по пути.</translation>
    </message>
    <message>
        <source>Not encrypted: anybody on the way can read the questions and the replies.</source>
        <translation>Без шифрования: вопросы и ответы можно прочитать по пути.</translation>
    </message>
    <message>
        <source>Or the address of its page in the console.</source>
        <translation>Или адрес его страницы в консоли.</translation>
    </message>
    <message>
        <source>Protoco&amp;l</source>
        <translation>Протоко&amp;л</translation>
    </message>
    <message>
        <source>Recommended here.</source>
        <translation>Рекомендуется.</translation>
    </message>
    <message>
        <source>The address from the service&apos;s documentation.</source>
        <translation>Адрес из документации сервиса.</translation>
    </message>
    <message>
        <source>Use it all the same</source>
        <translation>Использовать без шифрования</translation>
    </message>
    <message>
        <source>Used as {url}</source>
        <translation>Будет использован {url}</translation>
    </message>
    <message>
        <source>Usually b1g and 17 more letters or digits.</source>
        <translation>Обычно это 20 латинских букв и цифр.</translation>
    </message>
    <message>
        <source>Without background and kept replies.</source>
        <translation>Без фона и хранения ответов.</translation>
    </message>
</context>
<context>
    <name>ServiceFiles</name>
    <message>
        <source>Delete</source>
        <translation>Удалить</translation>
    </message>
    <message>
        <source>Delete the index “{name}” at the service? Assistants that use it find nothing then.</source>
        <translation>Удалить индекс «{name}» в сервисе? Ассистенты, которые им пользуются, больше ничего не найдут.</translation>
    </message>
    <message>
        <source>Delete “{name}” at the service? It cannot be brought back.</source>
        <translation>Удалить «{name}» в сервисе? Вернуть его будет нельзя.</translation>
    </message>
    <message>
        <source>Deleting…</source>
        <translation>Удаляется…</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>Файлы</translation>
    </message>
    <message>
        <source>Files and indexes at the service</source>
        <translation>Файлы и индексы в сервисе</translation>
    </message>
    <message>
        <source>Files at the service</source>
        <translation>Файлы в сервисе</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Оставить</translation>
    </message>
    <message>
        <source>Make an index</source>
        <translation>Создать индекс</translation>
    </message>
    <message>
        <source>Name of the index</source>
        <translation>Название индекса</translation>
    </message>
    <message>
        <source>Read again</source>
        <translation>Прочесть снова</translation>
    </message>
    <message>
        <source>Reading what is there…</source>
        <translation>Читается, что там есть…</translation>
    </message>
    <message>
        <source>Search indexes</source>
        <translation>Поисковые индексы</translation>
    </message>
    <message>
        <source>Search indexes at the service</source>
        <translation>Поисковые индексы в сервисе</translation>
    </message>
    <message>
        <source>Send files to the service</source>
        <translation>Отправка файлов в сервис</translation>
    </message>
    <message>
        <source>Send files, choose those to search in, make an index of them, and use it for this assistant.</source>
        <translation>Отправьте файлы, выберите, в каких искать, создайте из них индекс и назначьте его этому ассистенту.</translation>
    </message>
    <message>
        <source>Send files…</source>
        <translation>Отправить файлы…</translation>
    </message>
    <message>
        <source>Sending {name}: {done} of {total}</source>
        <translation>Отправляется {name}: {done} из {total}</translation>
    </message>
    <message>
        <source>Sending…</source>
        <translation>Отправляется…</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Остановить</translation>
    </message>
    <message>
        <source>The service makes the index “{name}”…</source>
        <translation>Сервис создаёт индекс «{name}»…</translation>
    </message>
    <message>
        <source>Use for this assistant</source>
        <translation>Назначить ассистенту</translation>
    </message>
    <message>
        <source>Used here</source>
        <translation>Используется</translation>
    </message>
</context>
<context>
    <name>ShortcutsDialog</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Сочетания клавиш</translation>
    </message>
    <message>
        <source>New line</source>
        <translation>Новая строка</translation>
    </message>
    <message>
        <source>Previous or next message</source>
        <translation>Предыдущее или следующее сообщение</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>Отправить</translation>
    </message>
    <message>
        <source>Stop the reply</source>
        <translation>Остановить ответ</translation>
    </message>
</context>
<context>
    <name>SidebarFooter</name>
    <message numerus="yes">
        <source>%n deferred request(s) awaited</source>
        <translation>
            <numerusform>Ожидается %n&#xa0;отложенный ответ</numerusform>
            <numerusform>Ожидаются %n&#xa0;отложенных ответа</numerusform>
            <numerusform>Ожидаются %n&#xa0;отложенных ответов</numerusform>
        </translation>
    </message>
    <message>
        <source>Connections</source>
        <translation>Подключения</translation>
    </message>
</context>
<context>
    <name>Sideways</name>
    <message>
        <source>Scroll sideways</source>
        <translation>Прокрутить вбок</translation>
    </message>
</context>
<context>
    <name>SignInFields</name>
    <message>
        <source>A key has Latin letters, digits and signs only, and no blanks.</source>
        <translation>В ключе бывают только латинские буквы, цифры и знаки, без пробелов.</translation>
    </message>
    <message>
        <source>API ke&amp;y</source>
        <translation>&amp;Ключ API</translation>
    </message>
    <message>
        <source>API key</source>
        <translation>Ключ API</translation>
    </message>
    <message>
        <source>API key. {kept}</source>
        <translation>Ключ API. {kept}</translation>
    </message>
    <message>
        <source>Ends within 12 hours of its making; replace it then.</source>
        <translation>Действует не дольше 12 часов; потом замените.</translation>
    </message>
    <message>
        <source>Goes to the system keyring, never into a file.</source>
        <translation>Попадёт в связку ключей системы, но не в файл.</translation>
    </message>
    <message>
        <source>IA&amp;M token</source>
        <translation>IAM-то&amp;кен</translation>
    </message>
    <message>
        <source>IAM token</source>
        <translation>IAM-токен</translation>
    </message>
    <message>
        <source>IAM token, ends within 12 hours.</source>
        <translation>IAM-токен, действует не дольше 12 часов.</translation>
    </message>
    <message>
        <source>It does not look like that; the service will tell.</source>
        <translation>Похоже на другое; сервис разберётся.</translation>
    </message>
    <message>
        <source>Its form is unusual: look whether all of it was copied.</source>
        <translation>Вид необычный: проверьте, всё ли скопировано.</translation>
    </message>
    <message>
        <source>Keep the &amp;old key</source>
        <translation>&amp;Оставить прежний</translation>
    </message>
    <message>
        <source>Kept in memory until Nitka closes.</source>
        <translation>Хранится в памяти до закрытия Nitka.</translation>
    </message>
    <message>
        <source>Nitka never shows it again.</source>
        <translation>Nitka больше его не покажет.</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Без ключа</translation>
    </message>
    <message>
        <source>OAut&amp;h token</source>
        <translation>OAuth-то&amp;кен</translation>
    </message>
    <message>
        <source>OAuth token</source>
        <translation>OAuth-токен</translation>
    </message>
    <message>
        <source>OAuth token, legacy: Yandex ends these by the end of 2026.</source>
        <translation>OAuth-токен устарел: Yandex отключит такие к концу 2026 года.</translation>
    </message>
    <message>
        <source>Paste the key</source>
        <translation>Вставьте ключ</translation>
    </message>
    <message>
        <source>Re&amp;place…</source>
        <translation>Зам&amp;енить…</translation>
    </message>
    <message>
        <source>Show the key while typing</source>
        <translation>Показать ключ при вводе</translation>
    </message>
    <message>
        <source>Si&amp;gn-in</source>
        <translation>&amp;Вход</translation>
    </message>
    <message>
        <source>This is a session cookie. An API key or an IAM token is needed.</source>
        <translation>Это куки сессии. Нужен ключ API или IAM-токен.</translation>
    </message>
    <message>
        <source>This is a static access key, for storage. An API key is needed.</source>
        <translation>Это статический ключ доступа к хранилищу. Нужен ключ API.</translation>
    </message>
    <message>
        <source>This is the id of a folder. An API key is needed.</source>
        <translation>Это идентификатор каталога. Нужен ключ API.</translation>
    </message>
    <message>
        <source>This is the id of a key. Its secret is needed, which begins with AQVN.</source>
        <translation>Это идентификатор ключа. Нужен сам ключ, он начинается с AQVN.</translation>
    </message>
    <message>
        <source>This is the key file of a service account. An API key of it is needed.</source>
        <translation>Это файл ключа сервисного аккаунта. Нужен его ключ API.</translation>
    </message>
</context>
<context>
    <name>SourcePopover</name>
    <message numerus="yes">
        <source>%n more</source>
        <translation>
            <numerusform>ещё %n</numerusform>
            <numerusform>ещё %n</numerusform>
            <numerusform>ещё %n</numerusform>
        </translation>
    </message>
    <message>
        <source>Fragment</source>
        <translation>Фрагмент</translation>
    </message>
    <message>
        <source>Open in panel</source>
        <translation>Открыть в панели</translation>
    </message>
    <message>
        <source>Open link</source>
        <translation>Открыть ссылку</translation>
    </message>
</context>
<context>
    <name>SourceRow</name>
    <message numerus="yes">
        <source>%n more</source>
        <translation>
            <numerusform>ещё %n</numerusform>
            <numerusform>ещё %n</numerusform>
            <numerusform>ещё %n</numerusform>
        </translation>
    </message>
    <message>
        <source>Source %1: %2</source>
        <translation>Источник %1: %2</translation>
    </message>
    <message>
        <source>Source: %2</source>
        <translation>Источник: %2</translation>
    </message>
    <message>
        <source>Sources</source>
        <translation>Источники</translation>
    </message>
    <message>
        <source>Sources:</source>
        <translation>Источники:</translation>
    </message>
</context>
<context>
    <name>SourceTexts</name>
    <message>
        <source>A deleted file</source>
        <translation>Удалённый файл</translation>
    </message>
    <message>
        <source>Source %1: %2</source>
        <translation>Источник %1: %2</translation>
    </message>
    <message>
        <source>line %1</source>
        <translation>строка %1</translation>
    </message>
    <message>
        <source>p. %1</source>
        <translation>с.&#xa0;%1</translation>
    </message>
    <message>
        <source>page %1</source>
        <translation>страница %1</translation>
    </message>
</context>
<context>
    <name>SourceView</name>
    <message>
        <source>Back to the citations</source>
        <translation>Назад к цитатам</translation>
    </message>
    <message>
        <source>Earlier in the file</source>
        <translation>Выше в файле</translation>
    </message>
    <message>
        <source>Later in the file</source>
        <translation>Ниже в файле</translation>
    </message>
    <message>
        <source>Line %1</source>
        <translation>Строка&#xa0;%1</translation>
    </message>
    <message>
        <source>Open file</source>
        <translation>Открыть файл</translation>
    </message>
    <message>
        <source>Page %1</source>
        <translation>Страница&#xa0;%1</translation>
    </message>
    <message>
        <source>The file is not there any more.</source>
        <translation>Файла там больше нет.</translation>
    </message>
    <message>
        <source>This file is not in the library on this device.</source>
        <translation>Этого файла нет в библиотеке на этом устройстве.</translation>
    </message>
    <message>
        <source>This is the fragment that was used:</source>
        <translation>Вот использованный фрагмент:</translation>
    </message>
</context>
<context>
    <name>StatusLine</name>
    <message>
        <source>%1 %</source>
        <translation>%1&#xa0;%</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1&#xa0;с</translation>
    </message>
    <message>
        <source>In the queue</source>
        <translation>В очереди</translation>
    </message>
    <message>
        <source>Loading the model</source>
        <translation>Модель загружается</translation>
    </message>
    <message>
        <source>Retry now</source>
        <translation>Повторить сейчас</translation>
    </message>
    <message>
        <source>Running a program</source>
        <translation>Выполняется программа</translation>
    </message>
    <message>
        <source>Searching</source>
        <translation>Ищет</translation>
    </message>
    <message>
        <source>Sending</source>
        <translation>Отправка</translation>
    </message>
    <message>
        <source>Starting the model</source>
        <translation>Модель запускается</translation>
    </message>
    <message>
        <source>The connection broke; taking the reply up again</source>
        <translation>Связь прервалась; приём ответа возобновляется</translation>
    </message>
    <message>
        <source>The service cannot be reached</source>
        <translation>Сервис недоступен</translation>
    </message>
    <message>
        <source>The service is busy</source>
        <translation>Сервис занят</translation>
    </message>
    <message>
        <source>Thinking</source>
        <translation>Думает</translation>
    </message>
    <message>
        <source>Too many requests</source>
        <translation>Слишком много запросов</translation>
    </message>
    <message>
        <source>Waiting for the reply</source>
        <translation>Ожидание ответа</translation>
    </message>
    <message>
        <source>Waiting for your approval</source>
        <translation>Ожидание вашего разрешения</translation>
    </message>
    <message>
        <source>Waiting for your result</source>
        <translation>Ожидание вашего результата</translation>
    </message>
    <message>
        <source>Writing</source>
        <translation>Пишет ответ</translation>
    </message>
    <message>
        <source>again in %1</source>
        <translation>повтор через %1</translation>
    </message>
</context>
<context>
    <name>StepList</name>
    <message>
        <source>Arguments</source>
        <translation>Аргументы</translation>
    </message>
    <message>
        <source>Messages of the program</source>
        <translation>Сообщения программы</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>Программа</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Результат</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>Инструменты</translation>
    </message>
</context>
<context>
    <name>StepPart</name>
    <message>
        <source>Folded</source>
        <translation>Свёрнуто</translation>
    </message>
    <message>
        <source>Messages of the program</source>
        <translation>Сообщения программы</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>Программа</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Результат</translation>
    </message>
    <message>
        <source>Shown</source>
        <translation>Развёрнуто</translation>
    </message>
</context>
<context>
    <name>StepRow</name>
    <message>
        <source>Model</source>
        <translation>Модель</translation>
    </message>
    <message>
        <source>Proxy</source>
        <translation>Прокси</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>Роль</translation>
    </message>
    <message>
        <source>Sign-in</source>
        <translation>Вход</translation>
    </message>
    <message>
        <source>{step}: failed here</source>
        <translation>{step}: сбой здесь</translation>
    </message>
    <message>
        <source>{step}: not reached</source>
        <translation>{step}: не дошло</translation>
    </message>
    <message>
        <source>{step}: passed</source>
        <translation>{step}: пройдено</translation>
    </message>
</context>
<context>
    <name>StepsView</name>
    <message numerus="yes">
        <source>%n denied</source>
        <translation>
            <numerusform>%n отклонён</numerusform>
            <numerusform>%n отклонены</numerusform>
            <numerusform>%n отклонено</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n failed</source>
        <translation>
            <numerusform>%n с ошибкой</numerusform>
            <numerusform>%n с ошибкой</numerusform>
            <numerusform>%n с ошибкой</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stopped</source>
        <translation>
            <numerusform>%n остановлен</numerusform>
            <numerusform>%n остановлены</numerusform>
            <numerusform>%n остановлено</numerusform>
        </translation>
    </message>
    <message>
        <source>Called %1</source>
        <translation>Запрошено: %1</translation>
    </message>
    <message>
        <source>Calling %1</source>
        <translation>Вызывается %1</translation>
    </message>
    <message>
        <source>Folded</source>
        <translation>Свёрнуто</translation>
    </message>
    <message>
        <source>Shown</source>
        <translation>Развёрнуто</translation>
    </message>
    <message>
        <source>Used %1</source>
        <translation>Вызовы: %1</translation>
    </message>
</context>
<context>
    <name>TableBlock</name>
    <message>
        <source>Copy as CSV</source>
        <translation>Копировать как CSV</translation>
    </message>
</context>
<context>
    <name>TemplateChooser</name>
    <message>
        <source>&amp;Go on</source>
        <translation>&amp;Продолжить</translation>
    </message>
    <message>
        <source>An assistant you were making was kept. A new one would take its place.</source>
        <translation>Черновик нового ассистента сохранён. Другой займёт его место.</translation>
    </message>
    <message>
        <source>Blank</source>
        <translation>Пустой</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Отмена</translation>
    </message>
    <message>
        <source>Code helper</source>
        <translation>Помощник по коду</translation>
    </message>
    <message>
        <source>Editor</source>
        <translation>Редактор</translation>
    </message>
    <message>
        <source>Explains code, finds faults in it and writes small programs.</source>
        <translation>Объясняет код, находит ошибки, пишет небольшие программы.</translation>
    </message>
    <message>
        <source>Makes a text clear and correct, then lists what was changed.</source>
        <translation>Делает текст ясным и правильным, потом перечисляет правки.</translation>
    </message>
    <message>
        <source>New assistant</source>
        <translation>Новый ассистент</translation>
    </message>
    <message>
        <source>Puts any text into English, keeping its meaning and tone.</source>
        <translation>Переводит любой текст на русский, сохраняя смысл и тон.</translation>
    </message>
    <message>
        <source>Start from a template; everything can be changed later.</source>
        <translation>Начните с шаблона: потом всё можно изменить.</translation>
    </message>
    <message>
        <source>Translator</source>
        <translation>Переводчик</translation>
    </message>
    <message>
        <source>Write the instruction yourself.</source>
        <translation>Напишите инструкцию сами.</translation>
    </message>
    <message>
        <source>You are a translator. Translate the user&apos;s text into English. If it is English already, translate it into the language the user asks for.

Keep the meaning, the tone, the names, the numbers and the line breaks. Do not explain, do not answer questions in the text: reply with the translation only.</source>
        <translation>Ты переводчик. Переводи текст пользователя на русский. Если он уже на русском, переводи на язык, который назовёт пользователь.

Сохраняй смысл, тон, имена, числа и переносы строк. Ничего не поясняй и не отвечай на вопросы из текста: в ответе только перевод.</translation>
    </message>
    <message>
        <source>You are an editor. Improve the user&apos;s text: correct spelling and grammar, use short sentences and plain words.

Keep the meaning, the facts and the language of the text. Reply with the improved text first, then a short list of what you changed.</source>
        <translation>Ты редактор. Улучшай текст пользователя: исправляй орфографию и грамматику, пиши короткими предложениями и простыми словами.

Сохраняй смысл, факты и язык текста. Сначала дай улучшенный текст, потом короткий список правок.</translation>
    </message>
    <message>
        <source>You help with programming. Read the user&apos;s question and code with care.

Give working code in one block and say in a few sentences how it works. Name the mistakes you see. If something is unclear, say what you assume. Say so when you do not know.</source>
        <translation>Ты помогаешь с программированием. Внимательно читай вопрос и код пользователя.

Давай рабочий код одним блоком и в нескольких предложениях объясняй, как он работает. Называй ошибки, которые видишь. Если что-то неясно, скажи, из чего исходишь. Если чего-то не знаешь, так и скажи.</translation>
    </message>
    <message>
        <source>“%1”, which you were making, was kept. A new assistant would take its place.</source>
        <translation>Черновик ассистента «%1» сохранён. Новый ассистент займёт его место.</translation>
    </message>
</context>
<context>
    <name>ThreadDelegate</name>
    <message>
        <source>Draft:</source>
        <translation>Черновик:</translation>
    </message>
    <message>
        <source>Name of the thread</source>
        <translation>Название диалога</translation>
    </message>
    <message>
        <source>No messages yet</source>
        <translation>Пока нет сообщений</translation>
    </message>
    <message>
        <source>Waits for you</source>
        <translation>Ждёт вас</translation>
    </message>
    <message>
        <source>Writing…</source>
        <translation>Пишет ответ…</translation>
    </message>
</context>
<context>
    <name>ThreadDialog</name>
    <message>
        <source>&amp;Keep editing</source>
        <translation>&amp;Вернуться</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>&amp;Сохранить</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Отмена</translation>
    </message>
    <message>
        <source>Disc&amp;ard</source>
        <translation>Н&amp;е сохранять</translation>
    </message>
    <message>
        <source>Save the changes before closing?</source>
        <translation>Сохранить изменения?</translation>
    </message>
    <message>
        <source>The changes cannot be saved as they are.</source>
        <translation>В таком виде изменения не сохранить.</translation>
    </message>
    <message>
        <source>This was not saved. {why}</source>
        <translation>Не сохранено. {why}</translation>
    </message>
    <message>
        <source>Thread settings</source>
        <translation>Настройки диалога</translation>
    </message>
</context>
<context>
    <name>ThreadFacts</name>
    <message>
        <source>Description</source>
        <translation>Описание</translation>
    </message>
    <message>
        <source>Expires on %1 unless it is used before.</source>
        <translation>Срок истекает %1, если не обращаться к нему раньше.</translation>
    </message>
    <message>
        <source>Expires on %1.</source>
        <translation>Срок истекает %1.</translation>
    </message>
    <message>
        <source>Extend</source>
        <translation>Продлить</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>Метки</translation>
    </message>
    <message>
        <source>Last active</source>
        <translation>Последняя активность</translation>
    </message>
    <message>
        <source>Let the lifetime begin anew today</source>
        <translation>Начать срок заново с сегодняшнего дня</translation>
    </message>
    <message>
        <source>Made</source>
        <translation>Создан</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Название</translation>
    </message>
    <message>
        <source>New thread</source>
        <translation>Новый диалог</translation>
    </message>
    <message>
        <source>The service ends its copy by its lifetime; yours is kept.</source>
        <translation>По своему сроку сервис удалит свою копию; ваша останется.</translation>
    </message>
    <message>
        <source>Thread</source>
        <translation>Диалог</translation>
    </message>
    <message>
        <source>Thread settings…</source>
        <translation>Настройки диалога…</translation>
    </message>
</context>
<context>
    <name>ThreadHeader</name>
    <message>
        <source>Assistant: %1</source>
        <translation>Ассистент: %1</translation>
    </message>
    <message>
        <source>Choose an assistant</source>
        <translation>Выберите ассистента</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Сведения</translation>
    </message>
    <message>
        <source>More about this thread</source>
        <translation>Действия с диалогом</translation>
    </message>
    <message>
        <source>New thread</source>
        <translation>Новый диалог</translation>
    </message>
    <message>
        <source>Rename (F2)</source>
        <translation>Переименовать (F2)</translation>
    </message>
    <message>
        <source>Show the side panel</source>
        <translation>Показать боковую панель</translation>
    </message>
    <message>
        <source>Thread name</source>
        <translation>Название диалога</translation>
    </message>
    <message>
        <source>Thread: %1</source>
        <translation>Диалог: %1</translation>
    </message>
    <message>
        <source>v%1</source>
        <translation>v%1</translation>
    </message>
</context>
<context>
    <name>ThreadListModel</name>
    <message>
        <source>7 days</source>
        <translation>7&#xa0;дней</translation>
    </message>
    <message>
        <source>Draft: %1</source>
        <translation>Черновик: %1</translation>
    </message>
    <message>
        <source>New thread</source>
        <translation>Новый диалог</translation>
    </message>
    <message>
        <source>Pinned</source>
        <translation>Закреплённые</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>Сегодня</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>Вчера</translation>
    </message>
    <message>
        <source>unread</source>
        <translation>не прочитано</translation>
    </message>
    <message>
        <source>waiting for a deferred reply</source>
        <translation>ждёт отложенного ответа</translation>
    </message>
    <message>
        <source>waits for you</source>
        <translation>ждёт вас</translation>
    </message>
    <message>
        <source>writing</source>
        <translation>пишет ответ</translation>
    </message>
</context>
<context>
    <name>ThreadPage</name>
    <message>
        <source>That was over on {day}: the thread would go to the trash at once.</source>
        <translation>Этот срок истёк ({day}): диалог сразу окажется в корзине.</translation>
    </message>
    <message>
        <source>This thread &amp;expires</source>
        <translation>О&amp;граничить срок действия</translation>
    </message>
    <message>
        <source>Without a name, your next message gives it one.</source>
        <translation>Если названия нет, его даст ваше следующее сообщение.</translation>
    </message>
</context>
<context>
    <name>ThreadsPane</name>
    <message>
        <source>Delete</source>
        <translation>Удалить</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Экспорт…</translation>
    </message>
    <message>
        <source>New thread</source>
        <translation>Новый диалог</translation>
    </message>
    <message>
        <source>No threads yet</source>
        <translation>Диалогов пока нет</translation>
    </message>
    <message>
        <source>Nothing found for “%1”</source>
        <translation>По запросу «%1» ничего не найдено</translation>
    </message>
    <message>
        <source>Pin</source>
        <translation>Закрепить</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>Переименовать</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Поиск</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>Настройки…</translation>
    </message>
    <message>
        <source>Unpin</source>
        <translation>Открепить</translation>
    </message>
</context>
<context>
    <name>ToolsPage</name>
    <message>
        <source>Only Latin letters, digits, _ and - can be in it, and no spaces.</source>
        <translation>Только латинские буквы, цифры, _ и -, без пробелов.</translation>
    </message>
    <message>
        <source>The chosen connection cannot call functions; they are kept for another one.</source>
        <translation>Выбранное подключение не вызывает функций; они сохранятся для другого.</translation>
    </message>
    <message>
        <source>There is another function of this name.</source>
        <translation>Функция с таким названием уже есть.</translation>
    </message>
    <message>
        <source>Too many: at most {limit}.</source>
        <translation>Слишком много: не больше {limit}.</translation>
    </message>
</context>
<context>
    <name>TranscriptAccessibility</name>
    <message>
        <source>Assistant</source>
        <translation>Ассистент</translation>
    </message>
    <message>
        <source>You</source>
        <translation>Вы</translation>
    </message>
</context>
<context>
    <name>TranscriptMenu</name>
    <message>
        <source>Copy</source>
        <translation>Копировать</translation>
    </message>
    <message>
        <source>Copy as Markdown</source>
        <translation>Копировать как Markdown</translation>
    </message>
    <message>
        <source>Copy as plain text</source>
        <translation>Копировать как текст</translation>
    </message>
    <message>
        <source>Copy link</source>
        <translation>Копировать ссылку</translation>
    </message>
    <message>
        <source>Open link</source>
        <translation>Открыть ссылку</translation>
    </message>
    <message>
        <source>Quote</source>
        <translation>Цитировать</translation>
    </message>
    <message>
        <source>Select all</source>
        <translation>Выделить всё</translation>
    </message>
</context>
<context>
    <name>TranscriptView</name>
    <message>
        <source>Messages</source>
        <translation>Сообщения</translation>
    </message>
</context>
<context>
    <name>Trash</name>
    <message>
        <source>%1 and %2 have expired and are in the trash.</source>
        <translation>По истечении срока в корзину перемещены: %1 и %2.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln thread(s)</source>
        <translation>
            <numerusform>%Ln&#xa0;диалог</numerusform>
            <numerusform>%Ln&#xa0;диалога</numerusform>
            <numerusform>%Ln&#xa0;диалогов</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln thread(s) expired and moved to the trash.</source>
        <translation>
            <numerusform>По истечении срока в корзину перемещён %Ln&#xa0;диалог.</numerusform>
            <numerusform>По истечении срока в корзину перемещены %Ln&#xa0;диалога.</numerusform>
            <numerusform>По истечении срока в корзину перемещены %Ln&#xa0;диалогов.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n assistant(s)</source>
        <translation>
            <numerusform>%n&#xa0;ассистент</numerusform>
            <numerusform>%n&#xa0;ассистента</numerusform>
            <numerusform>%n&#xa0;ассистентов</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n assistant(s) expired and moved to the trash.</source>
        <translation>
            <numerusform>По истечении срока в корзину перемещён %n&#xa0;ассистент.</numerusform>
            <numerusform>По истечении срока в корзину перемещены %n&#xa0;ассистента.</numerusform>
            <numerusform>По истечении срока в корзину перемещены %n&#xa0;ассистентов.</numerusform>
        </translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Показать</translation>
    </message>
</context>
<context>
    <name>TrashDialog</name>
    <message numerus="yes">
        <source>%Ln selected</source>
        <translation>
            <numerusform>Выбран %Ln</numerusform>
            <numerusform>Выбрано %Ln</numerusform>
            <numerusform>Выбрано %Ln</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Закрыть</translation>
    </message>
    <message>
        <source>&amp;Delete for good</source>
        <translation>&amp;Удалить навсегда</translation>
    </message>
    <message>
        <source>&amp;Empty the trash</source>
        <translation>&amp;Очистить корзину</translation>
    </message>
    <message>
        <source>&amp;Keep</source>
        <translation>Ос&amp;тавить</translation>
    </message>
    <message>
        <source>&amp;Restore</source>
        <translation>&amp;Восстановить</translation>
    </message>
    <message>
        <source>Days are counted from when something came here; then it goes for good.</source>
        <translation>Дни считаются с попадания в корзину; потом удаление будет окончательным.</translation>
    </message>
    <message numerus="yes">
        <source>Delete %n thing(s) for good?</source>
        <translation>
            <numerusform>Удалить навсегда %n&#xa0;объект?</numerusform>
            <numerusform>Удалить навсегда %n&#xa0;объекта?</numerusform>
            <numerusform>Удалить навсегда %n&#xa0;объектов?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Delete everything here (%n) for good?</source>
        <translation>
            <numerusform>Удалить навсегда всё, что здесь (%n)?</numerusform>
            <numerusform>Удалить навсегда всё, что здесь (%n)?</numerusform>
            <numerusform>Удалить навсегда всё, что здесь (%n)?</numerusform>
        </translation>
    </message>
    <message>
        <source>Delete “%1” for good?</source>
        <translation>Удалить навсегда «%1»?</translation>
    </message>
    <message numerus="yes">
        <source>The trash is empty. What is deleted or has expired stays here for %n day(s).</source>
        <translation>
            <numerusform>Корзина пуста. Удалённое и то, чей срок истёк, хранится здесь %n&#xa0;день.</numerusform>
            <numerusform>Корзина пуста. Удалённое и то, чей срок истёк, хранится здесь %n&#xa0;дня.</numerusform>
            <numerusform>Корзина пуста. Удалённое и то, чей срок истёк, хранится здесь %n&#xa0;дней.</numerusform>
        </translation>
    </message>
    <message>
        <source>Trash</source>
        <translation>Корзина</translation>
    </message>
</context>
<context>
    <name>TrashRows</name>
    <message numerus="yes">
        <source>%Ln message(s)</source>
        <translation>
            <numerusform>%Ln&#xa0;сообщение</numerusform>
            <numerusform>%Ln&#xa0;сообщения</numerusform>
            <numerusform>%Ln&#xa0;сообщений</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n day(s) left</source>
        <translation>
            <numerusform>Остался %n&#xa0;день</numerusform>
            <numerusform>Осталось %n&#xa0;дня</numerusform>
            <numerusform>Осталось %n&#xa0;дней</numerusform>
        </translation>
    </message>
    <message>
        <source>Assistant</source>
        <translation>Ассистент</translation>
    </message>
    <message>
        <source>Deleted %1</source>
        <translation>Удалено %1</translation>
    </message>
    <message>
        <source>Expired %1</source>
        <translation>Срок истёк %1</translation>
    </message>
    <message>
        <source>Goes at the next start</source>
        <translation>Исчезнет при следующем запуске</translation>
    </message>
    <message>
        <source>New thread</source>
        <translation>Новый диалог</translation>
    </message>
    <message>
        <source>Thread</source>
        <translation>Диалог</translation>
    </message>
</context>
<context>
    <name>TruncationFields</name>
    <message>
        <source>&amp;How many messages</source>
        <translation>Сколько соо&amp;бщений</translation>
    </message>
    <message>
        <source>&amp;What is sent of a long thread</source>
        <translation>&amp;Что отправлять из длинного диалога</translation>
    </message>
    <message>
        <source>As many messages as fit</source>
        <translation>Столько сообщений, сколько поместится</translation>
    </message>
    <message>
        <source>Instruction and messages together. A token is about four Latin letters, or three others.</source>
        <translation>Инструкция и сообщения вместе. Токен&#xa0;— около четырёх латинских букв или трёх других.</translation>
    </message>
    <message>
        <source>Longest &amp;prompt, in tokens</source>
        <translation>Лимит &amp;запроса, в токенах</translation>
    </message>
    <message>
        <source>Only the last messages</source>
        <translation>Только последние сообщения</translation>
    </message>
    <message>
        <source>The chosen model takes {tokens} tokens, prompt and reply together.</source>
        <translation>Модель вмещает токенов: {tokens}&#xa0;— запрос и ответ вместе.</translation>
    </message>
    <message>
        <source>The newest messages go first; your last one is always sent. Nothing is deleted.</source>
        <translation>Сначала берутся самые новые; ваше последнее отправляется всегда. Ничего не удаляется.</translation>
    </message>
</context>
<context>
    <name>UndoLine</name>
    <message>
        <source>Undo</source>
        <translation>Отменить</translation>
    </message>
</context>
<context>
    <name>VersionWords</name>
    <message>
        <source>A JSON object</source>
        <translation>Объект JSON</translation>
    </message>
    <message>
        <source>A connection that was deleted</source>
        <translation>Удалённое подключение</translation>
    </message>
    <message>
        <source>A little</source>
        <translation>Немного</translation>
    </message>
    <message>
        <source>After it was last used</source>
        <translation>С последнего использования</translation>
    </message>
    <message>
        <source>After it was made</source>
        <translation>С создания</translation>
    </message>
    <message>
        <source>Arguments of the program</source>
        <translation>Аргументы программы</translation>
    </message>
    <message>
        <source>Arguments of the program of function</source>
        <translation>Аргументы программы функции</translation>
    </message>
    <message>
        <source>Connection</source>
        <translation>Подключение</translation>
    </message>
    <message>
        <source>Description</source>
        <translation>Описание</translation>
    </message>
    <message>
        <source>Description of function</source>
        <translation>Описание функции</translation>
    </message>
    <message>
        <source>For every question</source>
        <translation>Для каждого вопроса</translation>
    </message>
    <message>
        <source>Form of the reply</source>
        <translation>Формат ответа</translation>
    </message>
    <message>
        <source>Function</source>
        <translation>Функция</translation>
    </message>
    <message>
        <source>Instruction</source>
        <translation>Инструкция</translation>
    </message>
    <message>
        <source>JSON Schema</source>
        <translation>Схема JSON</translation>
    </message>
    <message>
        <source>JSON by a schema</source>
        <translation>JSON по схеме</translation>
    </message>
    <message>
        <source>Label</source>
        <translation>Метка</translation>
    </message>
    <message>
        <source>Last messages that are sent</source>
        <translation>Сколько последних сообщений отправлять</translation>
    </message>
    <message>
        <source>Lifetime counted</source>
        <translation>Отсчёт срока</translation>
    </message>
    <message>
        <source>Lifetime in days</source>
        <translation>Срок действия, дней</translation>
    </message>
    <message>
        <source>Longest prompt, in tokens</source>
        <translation>Лимит запроса, в токенах</translation>
    </message>
    <message>
        <source>Longest reply, in tokens</source>
        <translation>Лимит ответа, в токенах</translation>
    </message>
    <message>
        <source>Longest result of the program of function, in KB</source>
        <translation>Предел результата программы функции, в КБ</translation>
    </message>
    <message>
        <source>Longest result, in KB</source>
        <translation>Предел результата, в КБ</translation>
    </message>
    <message>
        <source>Longest time of the program of function, in seconds</source>
        <translation>Предел времени программы функции, в секундах</translation>
    </message>
    <message>
        <source>Longest time, in seconds</source>
        <translation>Предел времени, в секундах</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Модель</translation>
    </message>
    <message>
        <source>Model that rewrites questions for the search</source>
        <translation>Модель, которая переформулирует вопрос</translation>
    </message>
    <message>
        <source>Much</source>
        <translation>Много</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Название</translation>
    </message>
    <message>
        <source>Name of the schema</source>
        <translation>Название схемы</translation>
    </message>
    <message>
        <source>Name of the search</source>
        <translation>Название поиска</translation>
    </message>
    <message>
        <source>Other tools</source>
        <translation>Другие инструменты</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>Параметры</translation>
    </message>
    <message>
        <source>Parameters of function</source>
        <translation>Параметры функции</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>Программа</translation>
    </message>
    <message>
        <source>Program of function</source>
        <translation>Программа функции</translation>
    </message>
    <message>
        <source>Results of a search</source>
        <translation>Фрагментов за один поиск</translation>
    </message>
    <message>
        <source>Search in files</source>
        <translation>Поиск в файлах</translation>
    </message>
    <message>
        <source>Search indexes at the service</source>
        <translation>Поисковые индексы в сервисе</translation>
    </message>
    <message>
        <source>Some</source>
        <translation>Умеренно</translation>
    </message>
    <message>
        <source>Strict parameters</source>
        <translation>Строгие параметры</translation>
    </message>
    <message>
        <source>Strict parameters of function</source>
        <translation>Строгие параметры функции</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>Температура</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>Текст</translation>
    </message>
    <message>
        <source>Thinking before the reply</source>
        <translation>Размышление перед ответом</translation>
    </message>
    <message>
        <source>Up to the model</source>
        <translation>Как решит модель</translation>
    </message>
    <message>
        <source>When the model asks for it</source>
        <translation>Когда об этом просит модель</translation>
    </message>
    <message>
        <source>When to search</source>
        <translation>Когда искать</translation>
    </message>
    <message>
        <source>no</source>
        <translation>нет</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>да</translation>
    </message>
</context>
<context>
    <name>VersionsMenu</name>
    <message>
        <source>&amp;Ask again with</source>
        <translation>Ответить &amp;заново: версия</translation>
    </message>
    <message>
        <source>version %1</source>
        <translation>версия&#xa0;%1</translation>
    </message>
    <message>
        <source>versions %1 to %2</source>
        <translation>версии %1–%2</translation>
    </message>
</context>
<context>
    <name>VersionsPage</name>
    <message numerus="yes">
        <source>%Ln reply(s)</source>
        <translation>
            <numerusform>%Ln&#xa0;ответ</numerusform>
            <numerusform>%Ln&#xa0;ответа</numerusform>
            <numerusform>%Ln&#xa0;ответов</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Restore</source>
        <translation>Восст&amp;ановить</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>Отмени&amp;ть</translation>
    </message>
    <message>
        <source>(empty)</source>
        <translation>(пусто)</translation>
    </message>
    <message>
        <source>Compare &amp;with</source>
        <translation>Срав&amp;нить с</translation>
    </message>
    <message>
        <source>Compare with</source>
        <translation>Сравнить с</translation>
    </message>
    <message>
        <source>Function added: {name}</source>
        <translation>Функция добавлена: {name}</translation>
    </message>
    <message>
        <source>Function removed: {name}</source>
        <translation>Функция удалена: {name}</translation>
    </message>
    <message numerus="yes">
        <source>It gave %n reply(s)</source>
        <translation>
            <numerusform>Дала %n&#xa0;ответ</numerusform>
            <numerusform>Дала %n&#xa0;ответа</numerusform>
            <numerusform>Дала %n&#xa0;ответов</numerusform>
        </translation>
    </message>
    <message>
        <source>It gave no replies.</source>
        <translation>Ответов не давала.</translation>
    </message>
    <message>
        <source>New thread</source>
        <translation>Новый диалог</translation>
    </message>
    <message>
        <source>The two versions are the same.</source>
        <translation>Версии одинаковы.</translation>
    </message>
    <message>
        <source>There is only this version yet.</source>
        <translation>Пока есть только эта версия.</translation>
    </message>
    <message>
        <source>Threads with replies of this version</source>
        <translation>Диалоги с ответами этой версии</translation>
    </message>
    <message>
        <source>Version {n}</source>
        <translation>Версия {n}</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>Версии</translation>
    </message>
    <message>
        <source>What changed from version {old} to version {new}</source>
        <translation>Что изменилось с версии {old} до версии {new}</translation>
    </message>
    <message>
        <source>in use</source>
        <translation>действует</translation>
    </message>
</context>
<context>
    <name>_PriceRow</name>
    <message>
        <source>Any other</source>
        <translation>Любая другая</translation>
    </message>
    <message>
        <source>Currency of price %1</source>
        <translation>Цена %1: валюта</translation>
    </message>
    <message>
        <source>Model of price %1</source>
        <translation>Цена %1: модель</translation>
    </message>
    <message>
        <source>Price %1 of 1,000 prompt tokens</source>
        <translation>Цена %1: 1000&#xa0;токенов запроса</translation>
    </message>
    <message>
        <source>Price %1 of 1,000 reply tokens</source>
        <translation>Цена %1: 1000&#xa0;токенов ответа</translation>
    </message>
    <message>
        <source>Remove price %1</source>
        <translation>Удалить цену %1</translation>
    </message>
    <message>
        <source>Remove this price</source>
        <translation>Удалить эту цену</translation>
    </message>
</context>
<context>
    <name>_ThreadList</name>
    <message>
        <source>Threads</source>
        <translation>Диалоги</translation>
    </message>
</context>
</TS>
